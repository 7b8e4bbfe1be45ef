// Stands in for axios, of which the example needs two calls.
async function request(url, init) {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`Request failed with status code ${response.status}`);
  return { status: response.status, data: await response.json() };
}

module.exports = {
  get: (url) => request(url),
  post: (url, body) =>
    request(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    }),
};

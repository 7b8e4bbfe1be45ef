// The API reference, drawn from the hub's own OpenAPI document.

import { byId, make, prose } from "/ui/dom.js";

const answer = await fetch("/api/openapi.json");
const api = await answer.json();
byId("facts").textContent = `${api.info.title} ${api.info.version} · OpenAPI ${api.openapi}`;

for (const { name } of api.tags) {
  const sheet = make("section", "sheet");
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (operation.tags.includes(name)) sheet.append(fold(path, method, operation));
    }
  }
  byId("apis").append(make("h2", "", name), sheet);
}

function fold(path, method, operation) {
  const element = make("details", "",
    make("summary", "",
      make("span", `method mono ${method}`, method.toUpperCase()),
      make("span", "path mono", path),
      make("span", "says soft", ...prose(operation.summary))));
  element.id = operation.operationId;
  element.addEventListener("toggle", () => {
    if (element.open && element.children.length === 1) element.append(...parts(operation));
  });
  return element;
}

function* parts(operation) {
  if (operation.parameters.length) {
    yield make("h3", "", "Parameters");
    yield table(operation.parameters.map((one) => [
      make("code", "", one.name),
      make("span", "", ...prose([one.in, kind(one.schema), one.description].filter(Boolean).join(" · "))),
    ]));
  }
  if (operation.requestBody) {
    yield make("h3", "", "Body");
    yield shape(operation.requestBody.content["application/json"].schema);
  }
  yield make("h3", "", "Answers");
  yield table(Object.entries(operation.responses).map(([status, one]) => [
    make("code", "", status), make("span", "", ...prose(one.description)),
  ]));
  const [success] = Object.values(operation.responses["200"].content);
  if (Object.keys(success.schema).length) yield shape(success.schema);
}

function table(rows) {
  return make("table", "", ...rows.map((cells) =>
    make("tr", "", ...cells.map((cell) => make("td", "", cell)))));
}

function shape(schema) {
  return make("pre", "", make("code", "", sketch(schema, "", new Set())));
}

/** A schema as a person would write it down: fields with their types, nested ones indented. */
function sketch(schema, indent, seen) {
  const [target, name] = resolve(schema);
  if (name && seen.has(name)) return name;
  const inside = name ? new Set([...seen, name]) : seen;
  if (target.type === "array") return `[${sketch(target.items ?? {}, indent, inside)}]`;
  if (!target.properties) return kind(target);
  const required = new Set(target.required ?? []);
  const fields = Object.entries(target.properties).map(([field, value]) => {
    const mark = required.has(field) ? "" : "?";
    return `${indent}  ${field}${mark}: ${sketch(value, `${indent}  `, inside)}`;
  });
  return `{\n${fields.join("\n")}\n${indent}}`;
}

function resolve(schema) {
  if (!schema.$ref) return [schema, null];
  const name = schema.$ref.split("/").at(-1);
  return [api.components.schemas[name], name];
}

function kind(schema) {
  const [target] = resolve(schema);
  if (target.enum) return target.enum.map((value) => JSON.stringify(value)).join(" | ");
  if ("const" in target) return JSON.stringify(target.const);
  if (target.anyOf) return target.anyOf.map(kind).join(" | ");
  return [target.type ?? "any"].flat().join(" | ");
}

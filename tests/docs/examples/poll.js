const axios = require('axios');

async function runTask() {
  const BASE_URL = 'http://localhost:3300';

  // Submit task
  const submitRes = await axios.post(`${BASE_URL}/tasks`, {
    task_name: 'Screenshot Task',
    task_intention: 'Navigate and take screenshot',
    commands: [
      {
        tool_name: 'browser_navigate',
        intention: 'Go to example.com',
        args: { action: 'goto', url: 'https://example.com' }
      },
      {
        tool_name: 'browser_content',
        intention: 'Take screenshot',
        args: { action: 'screenshot' }
      }
    ]
  });

  const { taskId, wsEndpoint } = submitRes.data;
  console.log(`Task ${taskId} submitted. WebSocket: ${wsEndpoint}`);

  // Poll for completion
  let task;
  do {
    await new Promise(resolve => setTimeout(resolve, 500));
    const statusRes = await axios.get(`${BASE_URL}/tasks/${taskId}`);
    task = statusRes.data.task;
    console.log(`Status: ${task.status}`);
  } while (!['completed', 'failed', 'cancelled'].includes(task.status));

  console.log('Results:', task.commands.map(c => ({
    intention: c.intention,
    status: c.status
  })));
}

runTask().catch(console.error);

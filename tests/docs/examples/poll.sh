#!/bin/bash

# 1. Submit task
RESPONSE=$(curl -s -X POST http://localhost:3300/tasks \
  -H "Content-Type: application/json" \
  -d '{
    "task_name": "Example Task",
    "task_intention": "Navigate to example.com",
    "commands": [
      {"tool_name": "browser_navigate", "intention": "Navigate", "args": {"action": "goto", "url": "https://example.com"}}
    ]
  }')

TASK_ID=$(echo $RESPONSE | jq -r '.taskId')
echo "Task submitted: $TASK_ID"

# 2. Poll for completion
while true; do
  TASK=$(curl -s http://localhost:3300/tasks/$TASK_ID)
  STATUS=$(echo $TASK | jq -r '.task.status')

  echo "Status: $STATUS"

  if [ "$STATUS" == "completed" ] || [ "$STATUS" == "failed" ] || [ "$STATUS" == "cancelled" ]; then
    echo "Task finished with status: $STATUS"
    echo $TASK | jq '.task.commands'
    break
  fi

  sleep 1
done

// The same turn as `/start` of a known customer, in JavaScript with the AWS SDK v3, behind a poller as light as can be.
import { timingSafeEqual } from "node:crypto";
import { Agent, request } from "node:http";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";

const secret = Buffer.from(process.env.WEBHOOK_SECRET);
const dynamodb = new DynamoDBClient({
  region: "us-east-1",
  endpoint: process.env.AWS_ENDPOINT_URL_DYNAMODB,
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
  maxAttempts: 1,
});
const menu = {
  inline_keyboard: [
    [{ text: "Try it for free", callback_data: "t" }],
    [{ text: "Buy a subscription", callback_data: "c" }],
    [{ text: "My subscriptions", callback_data: "s" }],
    [{ text: "Invite friends", callback_data: "i" }],
    [{ text: "Language", callback_data: "l" }, { text: "Help", callback_data: "h" }],
  ],
};

async function handle(event) {
  const given = Buffer.from(event.headers["x-telegram-bot-api-secret-token"] ?? "");
  if (given.length !== secret.length || !timingSafeEqual(given, secret)) return { statusCode: 401 };
  const body = event.isBase64Encoded ? Buffer.from(event.body, "base64").toString() : event.body;
  const { message } = JSON.parse(body);
  try {
    await dynamodb.send(
      new PutItemCommand({
        TableName: process.env.TABLE_NAME,
        Item: { PK: { S: "PEER" }, SK: { S: "USER" }, first_name: { S: message.from.first_name } },
        ConditionExpression: "attribute_not_exists(PK)",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
  } catch (error) {
    if (error.name !== "ConditionalCheckFailedException") throw error;
  }
  const answer = { method: "sendMessage", chat_id: message.chat.id, text: "Hello!", parse_mode: "HTML", reply_markup: menu };
  return { statusCode: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(answer) };
}

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const call = (method, path, body) =>
  new Promise((resolve, reject) => {
    const asked = request({ host, port, method, path: `/2018-06-01/runtime${path}`, agent }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve({ headers: answer.headers, body: Buffer.concat(parts) }));
    });
    asked.on("error", reject);
    asked.end(body);
  });

(async () => {
  for (;;) {
    const next = await call("GET", "/invocation/next");
    const result = JSON.stringify(await handle(JSON.parse(next.body)));
    await call("POST", `/invocation/${next.headers["lambda-runtime-aws-request-id"]}/response`, result);
  }
})();

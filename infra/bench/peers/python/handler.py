"""The same turn as `/start` of a known customer, in Python with boto3, behind a poller as light as can be."""

import base64
import hmac
import http.client
import json
import os

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

TABLE = os.environ["TABLE_NAME"]
SECRET = os.environ["WEBHOOK_SECRET"]
dynamodb = boto3.client(
    "dynamodb",
    region_name="us-east-1",
    endpoint_url=os.environ["AWS_ENDPOINT_URL_DYNAMODB"],
    aws_access_key_id="local",
    aws_secret_access_key="local",
    config=Config(retries={"max_attempts": 1}),
)
MENU = {
    "inline_keyboard": [
        [{"text": "Try it for free", "callback_data": "t"}],
        [{"text": "Buy a subscription", "callback_data": "c"}],
        [{"text": "My subscriptions", "callback_data": "s"}],
        [{"text": "Invite friends", "callback_data": "i"}],
        [{"text": "Language", "callback_data": "l"}, {"text": "Help", "callback_data": "h"}],
    ]
}


def handle(event):
    if not hmac.compare_digest(event["headers"].get("x-telegram-bot-api-secret-token", ""), SECRET):
        return {"statusCode": 401}
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body)
    message = json.loads(body)["message"]
    try:
        dynamodb.put_item(
            TableName=TABLE,
            Item={"PK": {"S": "PEER"}, "SK": {"S": "USER"}, "first_name": {"S": message["from"]["first_name"]}},
            ConditionExpression="attribute_not_exists(PK)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
    answer = {"method": "sendMessage", "chat_id": message["chat"]["id"], "text": "Hello!", "parse_mode": "HTML", "reply_markup": MENU}
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(answer)}


runtime = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    runtime.request("GET", "/2018-06-01/runtime/invocation/next")
    response = runtime.getresponse()
    request = response.getheader("lambda-runtime-aws-request-id")
    result = json.dumps(handle(json.loads(response.read())))
    runtime.request("POST", f"/2018-06-01/runtime/invocation/{request}/response", result)
    runtime.getresponse().read()

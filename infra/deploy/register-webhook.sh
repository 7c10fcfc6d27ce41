#!/bin/sh
# Tells Telegram where the deployed shop takes updates, and checks that Telegram has understood.
#
#   infra/deploy/register-webhook.sh [--stack wave-shop] [--region REGION] [--max-connections 40] [--api-url URL]
#
# The address comes from the stack's outputs, the bot's token and the webhook's secret from the SSM parameter that it names. Both
# go from aws to curl through pipes: never to a command line, a file or the screen. It may be run again at any time.
set -eu

stack=wave-shop
region=
max_connections=40
api_url=https://api.telegram.org
# Exactly what the shop handles: Telegram keeps everything else to itself.
allowed_updates='["message","callback_query","pre_checkout_query","my_chat_member"]'

usage() {
    sed -n '2,7s/^# \{0,1\}//p' "$0"
}

fail() {
    printf 'register-webhook.sh: %s\n' "$1" >&2
    exit 1
}

while [ $# -gt 0 ]; do
    case $1 in
        --stack | --region | --max-connections | --api-url)
            [ $# -ge 2 ] || fail "$1 needs a value"
            case $1 in
                --stack) stack=$2 ;;
                --region) region=$2 ;;
                --max-connections) max_connections=$2 ;;
                --api-url) api_url=${2%/} ;;
            esac
            shift 2
            ;;
        -h | --help)
            usage
            exit 0
            ;;
        *) fail "unknown option $1 (see --help)" ;;
    esac
done

case $max_connections in
    '' | *[!0-9]* | ????*) fail '--max-connections must be a number from 1 to 100' ;;
esac
if [ "$max_connections" -lt 1 ] || [ "$max_connections" -gt 100 ]; then
    fail '--max-connections must be a number from 1 to 100'
fi
for tool in aws curl; do
    command -v "$tool" >/dev/null || fail "$tool is not installed"
done
if [ -n "$region" ]; then
    AWS_REGION=$region
    AWS_DEFAULT_REGION=$region
    export AWS_REGION AWS_DEFAULT_REGION
fi

stack_output() {
    value=$(aws cloudformation describe-stacks --stack-name "$stack" --output text \
        --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue | [0]") || exit 1
    case $value in
        '' | None) fail "the stack $stack has no output $1" ;;
    esac
    printf '%s' "$value"
}

# A field of the secrets' JSON whose value needs no escapes.
secret() {
    printf '%s' "$secrets" | tr -d '\n' | sed -n 's/.*"'"$1"'"[[:space:]]*:[[:space:]]*"\([^"\\]*\)".*/\1/p'
}

# The elements of a flat JSON list, one a line, in order.
sorted() {
    printf '%s' "$1" | tr -d '[] ' | tr ',' '\n' | LC_ALL=C sort
}

# Calls a method of the Bot API. Standard input: curl options, one a line, for its parameters.
telegram() {
    { printf 'url = "%s/bot%s/%s"\n' "$api_url" "$token" "$1"; cat; } |
        curl --silent --show-error --max-time 30 --retry 3 --config - |
        sed 's#\\/#/#g'
}

url=$(stack_output WebhookUrl)
parameter=$(stack_output SecretsParameterName)
secrets=$(aws ssm get-parameter --name "$parameter" --with-decryption --query Parameter.Value --output text)
token=$(secret TELEGRAM_BOT_TOKEN)
webhook_secret=$(secret TELEGRAM_WEBHOOK_SECRET)
case $token in
    '' | *[!A-Za-z0-9:_-]*) fail "$parameter holds no usable TELEGRAM_BOT_TOKEN" ;;
esac
case $webhook_secret in
    '' | *[!A-Za-z0-9_-]*) fail "$parameter holds no usable TELEGRAM_WEBHOOK_SECRET" ;;
esac

answer=$(
    {
        printf 'data-urlencode = "url=%s"\n' "$url"
        printf 'data-urlencode = "secret_token=%s"\n' "$webhook_secret"
        printf 'data-urlencode = "allowed_updates=%s"\n' "$(printf '%s' "$allowed_updates" | sed 's/"/\\"/g')"
        printf 'data-urlencode = "max_connections=%s"\n' "$max_connections"
    } | telegram setWebhook
)
case $answer in
    *'"ok":true'*) ;;
    *) fail "setWebhook was refused: $answer" ;;
esac

info=$(telegram getWebhookInfo </dev/null)
case $info in
    *"\"url\":\"$url\""*) ;;
    *) fail "Telegram has another address: $info" ;;
esac
known=$(printf '%s' "$info" | sed -n 's/.*"allowed_updates":\(\[[^]]*\]\).*/\1/p')
[ "$(sorted "$known")" = "$(sorted "$allowed_updates")" ] || fail "Telegram will send other kinds of updates: $info"
printf 'Telegram sends updates to %s\n' "$url"
case $info in
    *'"last_error_message"'*) printf 'Its last delivery failed; look at the log if this repeats: %s\n' "$info" ;;
esac

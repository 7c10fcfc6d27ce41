#!/bin/sh
# Runs the deploy scripts against an `aws` and a `curl` of its own that note what they were given. Needs no account and no network.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
export WORK="$work"
PATH=$work/bin:$PATH
export PATH

cat >"$work/bin/aws" <<'FAKE'
#!/bin/sh
printf '%s\n' "$*" >>"$WORK/command-lines"
case $* in
    'ssm put-parameter'*) cat >"$WORK/parameter" && echo 7 ;;
    'ssm get-parameter'*) cat "$WORK/parameter" ;;
    *WebhookUrl*) echo https://hook.example/telegram/webhook ;;
    *SecretsParameterName*) echo /shop/secrets ;;
    *) exit 9 ;;
esac
FAKE
cat >"$work/bin/curl" <<'FAKE'
#!/bin/sh
printf '%s\n' "$*" >>"$WORK/command-lines"
cat >"$WORK/config"
if grep -q 'setWebhook"$' "$WORK/config"; then
    cp "$WORK/config" "$WORK/set-webhook"
    cat "$WORK/set-answer"
else
    cat "$WORK/info-answer"
fi
FAKE
chmod +x "$work/bin/aws" "$work/bin/curl"

passed=0
# check NAME COMMAND...: the command must succeed.
check() {
    name=$1
    shift
    if "$@" >"$work/check" 2>&1; then
        passed=$((passed + 1))
    else
        printf 'FAILED: %s\n' "$name" >&2
        cat "$work/check" "$work/output" >&2
        exit 1
    fi
}

# run SCRIPT ARGUMENTS...: its status, with what it prints in $work/output.
run() {
    script=$here/$1
    shift
    "$script" "$@" >"$work/output" 2>&1
}

refuses() {
    if run "$@"; then return 1; fi
}

says() { grep -qF -- "$1" "$work/output"; }

never_shows() {
    for shown in "$work/output" "$work/command-lines"; do
        if grep -qF -- "$1" "$shown"; then return 1; fi
    done
}

cat >"$work/env" <<'SETTINGS'
# the bot
TELEGRAM_BOT_TOKEN=42:AbC-d_e
export TELEGRAM_WEBHOOK_SECRET='hook_Secret-1'
PANEL_USERNAME = nobody
SETTINGS
check 'a line that is not NAME=value is refused' refuses secrets.sh --file "$work/env"
check 'and its number told' says 'env:4: not of the form'

cat >"$work/env" <<'SETTINGS'
# the bot
TELEGRAM_BOT_TOKEN=42:AbC-d_e

export TELEGRAM_WEBHOOK_SECRET='hook_Secret-1'
PANEL_USERNAME=bot
CARD_HOLDER="علی ""رضا"""
CRYPTO_PAY_TOKEN=
TABLE_NAME=local
AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000
SETTINGS
check 'a missing secret is refused' refuses secrets.sh --file "$work/env"
check 'and named' says 'PANEL_PASSWORD is not set'
printf 'PANEL_PASSWORD=pass\\word "quoted" = #1\r\n' >>"$work/env"
check 'a complete file is written' run secrets.sh --file "$work/env" --name /shop/secrets --region eu-west-1
check 'the version is told' says 'version 7 of /shop/secrets'
check 'what belongs to the stack is named' says 'left to the stack: TABLE_NAME AWS_ENDPOINT_URL_DYNAMODB'
check 'no value is shown' never_shows 'pass\word'
check 'no token is shown' never_shows 'AbC-d_e'
printf '%s' '{"TELEGRAM_BOT_TOKEN":"42:AbC-d_e","TELEGRAM_WEBHOOK_SECRET":"hook_Secret-1","PANEL_USERNAME":"bot",' >"$work/expected"
printf '%s' '"CARD_HOLDER":"علی \"\"رضا\"\"","PANEL_PASSWORD":"pass\\word \"quoted\" = #1"}' >>"$work/expected"
check 'the parameter is the JSON object' diff "$work/expected" "$work/parameter"

printf '%s' '{"ok":true,"result":true,"description":"Webhook was set"}' >"$work/set-answer"
printf '%s' '{"ok":true,"result":{"url":"https:\/\/hook.example\/telegram\/webhook","max_connections":60,"allowed_updates":["message","my_chat_member","callback_query","pre_checkout_query"]}}' >"$work/info-answer"
check 'the webhook is registered' run register-webhook.sh --stack shop --max-connections 60
check 'its address is told' says 'Telegram sends updates to https://hook.example/telegram/webhook'
check 'no token is shown' never_shows 'AbC-d_e'
check 'no secret is shown' never_shows 'hook_Secret-1'
cat >"$work/expected" <<'CONFIG'
url = "https://api.telegram.org/bot42:AbC-d_e/setWebhook"
data-urlencode = "url=https://hook.example/telegram/webhook"
data-urlencode = "secret_token=hook_Secret-1"
data-urlencode = "allowed_updates=[\"message\",\"callback_query\",\"pre_checkout_query\",\"my_chat_member\"]"
data-urlencode = "max_connections=60"
CONFIG
check 'Telegram is told everything' diff "$work/expected" "$work/set-webhook"

for connections in 0 101 x 1000; do
    check "$connections connections are refused" refuses register-webhook.sh --max-connections "$connections"
done
printf '%s' '{"ok":true,"result":{"url":"https://other.example/","allowed_updates":[]}}' >"$work/info-answer"
check 'another address is noticed' refuses register-webhook.sh
printf '%s' '{"ok":true,"result":{"url":"https://hook.example/telegram/webhook","allowed_updates":["message"]}}' >"$work/info-answer"
check 'another choice of updates is noticed' refuses register-webhook.sh
printf '%s' '{"ok":false,"error_code":401,"description":"Unauthorized"}' >"$work/set-answer"
check 'a refusal is noticed' refuses register-webhook.sh
check 'and told' says 'Unauthorized'

printf 'deploy scripts: %s checks passed\n' "$passed"

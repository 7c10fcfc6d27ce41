#!/bin/sh
# Writes the shop's secret settings to the SSM parameter that the functions read when they start.
#
#   infra/deploy/secrets.sh [--file .env] [--name /wave-shop/secrets] [--key-id KMS-KEY] [--region REGION]
#
# The file holds lines NAME=value, as the local shop's .env does. Settings that belong to the stack are left out of the parameter:
# they are parameters of template.yaml. No value is printed, written to a file, or put on a command line.
set -eu

file=.env
name=/wave-shop/secrets
key_id=
region=

usage() {
    sed -n '2,7s/^# \{0,1\}//p' "$0"
}

fail() {
    printf 'secrets.sh: %s\n' "$1" >&2
    exit 1
}

while [ $# -gt 0 ]; do
    case $1 in
        --file | --name | --key-id | --region)
            [ $# -ge 2 ] || fail "$1 needs a value"
            case $1 in
                --file) file=$2 ;;
                --name) name=$2 ;;
                --key-id) key_id=$2 ;;
                --region) region=$2 ;;
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

command -v aws >/dev/null || fail 'the AWS command line (aws) is not installed'
[ -r "$file" ] || fail "cannot read $file"

# Reads the file and prints the JSON object; what it has to say goes to standard error and holds names only.
to_json() {
    LC_ALL=C awk -v file="$file" '
        function complain(text) {
            printf "secrets.sh: %s:%d: %s\n", file, NR, text > "/dev/stderr"
            failed = 1
        }
        function belongs_to_the_stack(name) {
            return name ~ /^AWS_/ || name ~ /^(TABLE_NAME|PUBLIC_URL|SECRETS_PARAMETER|PANEL_URL|PANEL_SUBSCRIPTION_URL_PREFIX)$/ ||
                name ~ /^(TELEGRAM_OPERATOR_CHAT_ID|TELEGRAM_OPERATOR_IDS|OPERATOR_LANGUAGE)$/
        }
        function quoted(text,    i, c, out) {
            out = ""
            for (i = 1; i <= length(text); i++) {
                c = substr(text, i, 1)
                out = out (c == "\"" || c == "\\" ? "\\" c : c == "\t" ? "\\t" : c)
            }
            return "\"" out "\""
        }
        { sub(/\r$/, "") }
        /^[ \t]*(#|$)/ { next }
        {
            line = $0
            sub(/^[ \t]*(export[ \t]+)?/, "", line)
            at = index(line, "=")
            setting = substr(line, 1, at - 1)
            if (at == 0 || setting !~ /^[A-Z][A-Z0-9_]*$/) { complain("not of the form NAME=value"); next }
            value = substr(line, at + 1)
            gsub(/^[ \t]+|[ \t]+$/, "", value)
            first = substr(value, 1, 1)
            if (length(value) >= 2 && (first == "\"" || first == "'\''") && substr(value, length(value), 1) == first)
                value = substr(value, 2, length(value) - 2)
            if (value == "") next
            if (value ~ /[\001-\010\013-\037\177]/) { complain(setting " holds a control character"); next }
            if (belongs_to_the_stack(setting)) { left_out = left_out " " setting; next }
            if (setting in seen) { complain(setting " is set twice"); next }
            seen[setting] = 1
            json = json (json == "" ? "" : ",") quoted(setting) ":" quoted(value)
            kept = kept " " setting
        }
        END {
            needed = split("TELEGRAM_BOT_TOKEN TELEGRAM_WEBHOOK_SECRET PANEL_USERNAME PANEL_PASSWORD", names, " ")
            for (i = 1; i <= needed; i++)
                if (!(names[i] in seen)) { printf "secrets.sh: %s: %s is not set\n", file, names[i] > "/dev/stderr"; failed = 1 }
            if (failed) exit 1
            printf "secrets:%s\n", kept > "/dev/stderr"
            if (left_out != "") printf "left to the stack:%s\n", left_out > "/dev/stderr"
            printf "{%s}", json
        }
    ' "$file"
}

json=$(to_json) || exit 1

set -- --name "$name" --type SecureString --tier Intelligent-Tiering --overwrite \
    --description 'Secret settings of the shop, a JSON object' --value file:///dev/stdin
if [ -n "$key_id" ]; then set -- "$@" --key-id "$key_id"; fi
if [ -n "$region" ]; then set -- "$@" --region "$region"; fi

version=$(printf '%s' "$json" | aws ssm put-parameter "$@" --query Version --output text)
printf 'version %s of %s is written\n' "$version" "$name"
printf 'Functions read it when they start; those that run keep what they have read until they are replaced.\n'

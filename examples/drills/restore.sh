#!/bin/sh
# A restore drill: the newest backup, or ID, is verified and restored into a home and a database of its own, where it
# is looked at and thrown away. Nothing of what runs is touched. Ends with 0 where the backup can be relied on.
#
#   COUNTERSIGN_HOME=/srv/countersign sh examples/drills/restore.sh [ID]
#
# COUNTERSIGN is the program (by default `countersign`); where backups are, the configuration says; BACKUP_KEY is the
# public key to trust, as it was taken away from where backups are taken (by default backup.pub of the home).
set -eu

home=${COUNTERSIGN_HOME:?Say COUNTERSIGN_HOME: the home of the installation whose backup is tried.}
run=${COUNTERSIGN:-countersign}
key=${BACKUP_KEY:-$home/backup.pub}
id=${1:-$($run backup list | tail -n 1)}

drill=$(mktemp -d)
trap 'rm -rf "$drill"' EXIT
trap 'exit 130' INT TERM

echo "1. Is the backup $id what was signed?"
$run backup verify "$id" --key "$key"

echo "2. It is restored into $drill"
folder=$($run backup list --json | sed -n 's/.*"folder":"\([^"]*\)".*/\1/p')
case $folder in
s3://*) from=$id ;;
*) from=$folder/$id ;;
esac
began=$(date +%s)
# Of the installation's settings only where its backups are, with the secrets for it: nothing else of it is opened, and
# an embedded database of its own is used, whatever the installation uses.
config=${COUNTERSIGN_CONFIG:-$home/countersign.yaml}
if [ -f "$config" ]; then
  awk '/^[^[:space:]#]/ { on = /^(backup|secrets):/ } on' "$config" >"$drill/countersign.yaml"
fi
(
  for name in $(env | sed -n 's/^\(COUNTERSIGN_[A-Z0-9_]*\)=.*/\1/p'); do
    case $name in
    COUNTERSIGN_SECRET_* | COUNTERSIGN_BACKUP_*) ;;
    *) unset "$name" ;;
    esac
  done
  unset DATABASE_URL DATABASE_APP_URL DATABASE_QUEUE_URL DATABASE_REPLICA_URL
  export COUNTERSIGN_HOME="$drill"
  exec $run restore "$from" --key "$key" --json
) >"$drill/restored.json"
took=$(($(date +%s) - began))

echo "3. What came of it"
grep -q "\"id\":\"$id\"" "$drill/restored.json"
cat "$drill/restored.json"
echo "The drill went well: $id was restored in $took s, with every row and the record whole."

#!/bin/sh
# Once, before anybody starts: directories, certificates of a test authority, secrets of stores, and the platform's keys.
set -eu
umask 077
home=/var/lib/huren
[ -e "$home/platform/anchor.json" ] && exit 0

for party in platform henan guangdong played/henan played/guangdong played/venues postgres public; do
  mkdir -p "$home/$party"
done
huren sandbox certificates \
  172.28.0.2="$home/platform" 172.28.0.3="$home/henan" 172.28.0.4="$home/guangdong" \
  172.28.0.5="$home/played/henan" 172.28.0.6="$home/played/guangdong" 172.28.0.7="$home/played/venues"
cp "$home/platform/ca.pem" "$home/public/ca.pem"
# Prometheus and PostgreSQL read these as users of their own.
chmod 0755 "$home" "$home/public" "$home/postgres"
chmod 0644 "$home/public/ca.pem"

random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
password=$(random)
printf %s "$password" > "$home/postgres/password"
for party in platform henan guangdong; do
  printf %s "postgres://huren:$password@172.28.0.21:5432/$party" > "$home/$party/database-url"
  random > "$home/$party/cache-secret"
done

export HUREN_DATA_DIR="$home/platform" HUREN_ENTITY_ID=https://172.28.0.2:8443
export HUREN_ANCHOR_FILE="$home/platform/anchor.json"
huren authority init --kind anchor --entity "$HUREN_ENTITY_ID" --name-zh 国家平台 --name-en 'National platform'
huren registry init --origin 172.28.0.2:8443/log --registrar "$HUREN_ENTITY_ID/registrar"
huren registry public-key --owner anchor --use federation > "$HUREN_DATA_DIR/federation.json"
log_key=$(huren registry public-key --owner registry --use log)
huren registry create --entity "$HUREN_ENTITY_ID" --name-zh 国家平台 --name-en 'National platform' \
  --key "$HUREN_DATA_DIR/keys/anchor/registry.json" --federation-jwks "$HUREN_DATA_DIR/federation.json" \
  --origin 172.28.0.2:8443/log --log-key "$log_key" \
  --out "$HUREN_DATA_DIR/genesis.jws" --anchor-file "$HUREN_ANCHOR_FILE"
for party in henan guangdong; do cp "$HUREN_ANCHOR_FILE" "$home/$party/"; done

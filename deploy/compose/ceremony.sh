#!/bin/sh
# Once, with the platform up: what officials of the platform and of two provinces do by hand in deploy/WALKTHROUGH.md, where
# each command is explained. Here one process plays them all, so it sees all their directories; no node does.
set -eu
umask 077
home=/var/lib/huren
done_file="$home/platform/ceremony-done"
[ -e "$done_file" ] && exit 0
export HUREN_URL=https://172.28.0.2:8443 HUREN_NETWORKS=172.28.0.0/24
anchor_key="$home/platform/keys/anchor/registry.json"

as() {
  export HUREN_DATA_DIR="$home/$1" HUREN_CA_FILE="$home/$1/ca.pem" HUREN_ANCHOR_FILE="$home/$1/anchor.json"
  export HUREN_ENTITY_ID="$2"
}
# The platform's node signs with the anchor's key as well, in rounds of its own: whoever comes second signs again.
again() {
  for attempt in 1 2 3 4 5; do
    "$@" && return
    sleep 1
  done
  return 1
}
# What the systems and servers leave for others, once they listen.
waits_for() { until [ -e "$1" ]; do sleep 0.2; done; }

as platform https://172.28.0.2:8443
huren event send "$HUREN_DATA_DIR/genesis.jws"
huren registry public-key --owner registry --use registry > "$HUREN_DATA_DIR/registrar.json"
again huren registry enrol "$HUREN_DATA_DIR/registrar.json" --role registrar --name-zh 登记机构 --name-en Registrar --key "$anchor_key"
for operator in a b; do
  huren registry new-signer "$HUREN_DATA_DIR/operator-$operator.json" --entity "$HUREN_ENTITY_ID/operators/$operator" \
    > "$HUREN_DATA_DIR/$operator.json"
  again huren registry enrol "$HUREN_DATA_DIR/$operator.json" --role operator --name-zh "运营者 $operator" --name-en "Operator $operator" \
    --key "$anchor_key"
done
again huren mandate issue --id hospitals --regions 41,44 --kinds hospital --purposes venue_entry,medical_visit --days 14 \
  --title 'Checks at hospitals' --citation 'Notice 2020-12' --key "$anchor_key"

# province code address regions
enter() {
  name=$1 code=$2 url=https://$3:8443 regions=$4
  as "$name" "$url"
  province_key="$HUREN_DATA_DIR/keys/province/registry.json"
  waits_for "$home/played/venues/$code/token-keys.json"
  waits_for "$home/played/$name/statement-key.json"
  huren authority init --kind province --province "$code" --entity "$url/province" --superior https://172.28.0.2:8443
  huren authority init --kind gateway --province "$code" --entity "$url" --superior "$url/province"
  huren authority init --kind issuer --province "$code" --entity "$url/issuer" --superior "$url/province"
  huren authority init --kind authorization_server --province "$code" --owner venues \
    --entity "https://172.28.0.7:8443/$code" --superior "$url/province" \
    --token-endpoint "https://172.28.0.7:8443/$code/token" \
    --published-jwks "$home/played/venues/$code/token-keys.json" --venue-kinds hospital --regions "$regions"
  for owner in province gateway issuer venues; do
    huren authority request --owner "$owner" --out "$HUREN_DATA_DIR/$owner.request"
  done
  as platform https://172.28.0.2:8443
  again huren authority admit "$home/$name/province.request" --yes --key "$anchor_key"
  as "$name" "$url"
  for owner in gateway issuer venues; do
    huren authority admit "$HUREN_DATA_DIR/$owner.request" --yes --key "$province_key"
  done
  huren registry enrol-key "$home/played/$name/statement-key.json" --use statement --key "$province_key"
  huren adapter submit "$home/played/$name/adapter" --key "$province_key"
  as platform https://172.28.0.2:8443
  for operator in a b; do
    huren adapter approve "$code" 1.0.0 --key "$HUREN_DATA_DIR/operator-$operator.json"
  done
  as "$name" "$url"
  huren adapter activate "$code" 1.0.0 --key "$province_key"
  # The system's secrets go to its own province's node, and to nobody else.
  cp -r "$home/played/$name/upstream" "$HUREN_DATA_DIR/"
}
enter henan 410000 172.28.0.3 41
enter guangdong 440000 172.28.0.4 44
touch "$done_file"

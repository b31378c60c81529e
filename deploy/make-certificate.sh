#!/bin/sh
# Make a self-signed certificate to try TLS with: server.key, server.csr and server.crt.
#   make-certificate.sh [NAME [FOLDER]]     NAME is what clients type, a name or an
#                                           address (localhost), FOLDER is here
# Where the server can be reached from the internet, Let's Encrypt gives one that clients know:
#   certbot certonly --standalone -d NAME   (privkey.pem is the key, fullchain.pem the certificate)
set -eu

name=${1:-localhost}
folder=${2:-.}
mkdir -p "$folder"
cd "$folder"
umask 077 # the key is nobody else's
if [ -e server.key ]; then
    echo "$folder/server.key exists: a certificate that is in use may need it. Move it away." >&2
    exit 1
fi

openssl genrsa -out server.key 2048
openssl req -new -key server.key -out server.csr -subj "/CN=$name"
# Clients compare the name with subjectAltName; the common name alone no longer counts (RFC 9110).
# An address is not looked for among the names.
case $name in
    *:*) kind=IP ;;
    *[!0-9.]*) kind=DNS ;;
    *) kind=IP ;;
esac
printf 'subjectAltName=%s:%s,DNS:localhost,IP:127.0.0.1\n' "$kind" "$name" >server.ext
openssl x509 -req -days 365 -in server.csr -signkey server.key -out server.crt -extfile server.ext
rm server.ext
chmod 644 server.crt

openssl x509 -in server.crt -noout -subject -enddate

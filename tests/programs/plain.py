#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""plain.py connect|serve PORT CA CERTIFICATE KEY [CIPHERS]: the same as plain.c, by Python's ssl.

Python has a list of suites of its own, so that GOST ones have to be named.
"""
import http.client
import http.server
import ssl
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.connection.getpeercert()["subject"]
        body = f"{self.connection.cipher()[0]} {name}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def main():
    action, port, ca, certificate, key = sys.argv[1:6]
    purpose = ssl.Purpose.CLIENT_AUTH if action == "serve" else ssl.Purpose.SERVER_AUTH
    context = ssl.create_default_context(purpose, cafile=ca)
    context.load_cert_chain(certificate, key)
    if len(sys.argv) > 6:
        context.set_ciphers(sys.argv[6])
    if action == "serve":
        context.verify_mode = ssl.CERT_REQUIRED
        server = http.server.HTTPServer(("127.0.0.1", int(port)), Handler)
        server.socket = context.wrap_socket(server.socket, server_side=True,
                                            do_handshake_on_connect=False)
        server.serve_forever()
    else:
        client = http.client.HTTPSConnection("localhost", int(port), context=context, timeout=120)
        client.connect()
        print(client.sock.version(), client.sock.cipher()[0])
        client.request("GET", "/")
        print(client.getresponse().read().decode())


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Stands on the wire before a broker, and says what its library cannot.

usage: rawserver.py [--tls CERT KEY] [--bind HOST:PORT] [--upstream HOST:PORT]
                    [--record FILE] WHAT

It prints its port and serves there, on 127.0.0.1 unless told otherwise, until it is
killed, or for two minutes. WHAT is done with each connection:

  silent         accepted, then nothing at all is said
  deaf[=SEC]     not accepted, and the queue is full, so that further SYNs are
                 dropped; after SEC it turns into relay
  say=TEXT       TEXT (with Python's escapes), once a request is in, then the end
  reset          a reset as soon as a byte is there, in the middle of a handshake
  relay          passed on to upstream and back
  hold=SEC       relay whose way there stands still for SEC from the first quote
                 call on; then all that was held goes at once
  late=SEC       relay that begins only after SEC
  proxy[=LOGIN]  as an HTTP proxy: CONNECT makes it a relay to that port of
                 127.0.0.1, if the LOGIN (user:password) is right; else it says 407
  split          relay that passes the answer on byte by byte
  forget=FILE    relay; once FILE is there, the connections that there are end
                 without a word: no packet of the client is taken in any more (not
                 even acknowledged, as by a router that has forgotten it), and none
                 is sent; those that come later are relayed
  answer=BODY    relay, but for quote calls: their answer is 200 with BODY
"""

import argparse
import base64
import ctypes
import os
import select
import socket
import ssl
import struct
import sys
import threading
import time

LIFE = 120


class Wire:
    def __init__(self, options):
        self.what, _, self.argument = options.what.partition("=")
        self.upstream = options.upstream
        self.record = options.record
        self.context = None
        if options.tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*options.tls)
        self.lock = threading.Lock()
        self.held_until = None

    def note(self, data):
        if self.record:
            with open(self.record, "ab") as f:
                f.write(data)

    def serve(self, connection):
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            getattr(self, self.what)(connection)
        except OSError:
            pass  # the client may leave when it likes
        finally:
            connection.close()

    def silent(self, connection):
        while data := connection.recv(65536):
            self.note(data)

    def say(self, connection):
        data = b""
        while b"\n" not in data and len(data) < 200:
            piece = connection.recv(65536)
            if not piece:
                return
            data += piece
            if data[:1] == b"\x16":  # a client that wants to speak TLS
                break
        self.note(data)
        connection.sendall(self.text())

    def reset(self, connection):
        self.note(connection.recv(65536))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def wait_out(self, data):
        with self.lock:
            if self.held_until is None and data.startswith(b"GET "):
                self.held_until = time.monotonic() + float(self.argument)
            until = self.held_until or 0
        time.sleep(max(0, until - time.monotonic()))

    def text(self):
        return self.argument.encode().decode("unicode_escape").encode("latin-1")

    def late(self, connection):
        time.sleep(float(self.argument))
        self.relay(connection)

    def proxy(self, connection):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(65536)
            if not piece:
                return
            head += piece
        self.note(head)
        login = base64.b64encode(self.argument.encode())
        if self.argument and b"\r\nProxy-Authorization: Basic %s\r\n" % login not in head:
            connection.sendall(b"HTTP/1.1 407 Login\r\nContent-Length: 0\r\n"
                               b"Proxy-Authenticate: Basic realm=\"tests\"\r\n\r\n")
            return
        method, target, _ = head.decode("latin-1").split(" ", 2)
        if method != "CONNECT":
            return
        try:
            upstream = socket.create_connection(("127.0.0.1", address(target)[1]))
        except OSError:
            connection.sendall(b"HTTP/1.1 502 Nobody there\r\nContent-Length: 0\r\n\r\n")
            return
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        self.pass_on(connection, upstream)

    def relay(self, connection):
        self.pass_on(connection, socket.create_connection(self.upstream))

    def pass_on(self, connection, upstream):
        with upstream:
            upstream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                pending = self.context and connection.pending()
                ready = [connection] if pending else \
                    select.select([connection, upstream], [], [])[0]
                for source in ready:
                    data = source.recv(65536)
                    if not data:
                        return
                    if source is connection:
                        self.note(data)
                        if self.what == "hold":
                            self.wait_out(data)
                        if self.what == "answer" and data.startswith(b"GET "):
                            body = self.text()
                            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"
                                               % (len(body), body))
                        else:
                            upstream.sendall(data)
                    elif self.what == "split":
                        for i in range(len(data)):
                            connection.sendall(data[i:i + 1])
                    else:
                        connection.sendall(data)

    def forget(self, connection):
        was_there = os.path.exists(self.argument)
        with socket.create_connection(self.upstream) as upstream:
            while was_there or not os.path.exists(self.argument):
                for source in select.select([connection, upstream], [], [], 0.02)[0]:
                    data = source.recv(65536)
                    if not data:
                        return
                    (upstream if source is connection else connection).sendall(data)
            drop_all(connection)
            time.sleep(LIFE)

    hold = deaf = split = answer = relay


def drop_all(connection):
    """A filter that takes no packet: Linux drops them before TCP sees them."""
    take_nothing = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0))
    program = struct.pack("HP", 1, ctypes.addressof(take_nothing))
    connection.setsockopt(socket.SOL_SOCKET, 26, program)  # SO_ATTACH_FILTER


def fill_queue(listener):
    """One connection that nobody accepts fills a backlog of 0."""
    listener.listen(0)
    fillers = [socket.socket() for _ in range(4)]
    for s in fillers:
        s.setblocking(False)
        s.connect_ex(listener.getsockname())
    time.sleep(0.05)
    return fillers


def address(text):
    host, _, port = text.rpartition("//")[2].rpartition(":")
    return host, int(port)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--bind", type=address, default=("127.0.0.1", 0))
    parser.add_argument("--upstream", type=address)
    parser.add_argument("--record")
    parser.add_argument("what")
    options = parser.parse_args()
    wire = Wire(options)
    end = time.monotonic() + LIFE
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(options.bind)
    if wire.what == "deaf":
        fillers = fill_queue(listener)
    else:
        listener.listen(128)
    print(listener.getsockname()[1], flush=True)
    sys.stdout.close()
    if wire.what == "deaf":
        time.sleep(float(wire.argument or LIFE))
        for s in fillers:
            s.close()
        listener.listen(128)
    listener.settimeout(1)
    while time.monotonic() < end:
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        connection.settimeout(LIFE)
        threading.Thread(target=wire.serve, args=(connection,), daemon=True).start()


main()

# SPDX-License-Identifier: MIT
"""A WebSocket client of nothing but the standard library, for looking at the
sandbox's stream from outside: it shows every frame as it came, and sends what
it is told, good or bad. RFC 6455 as far as a test needs it.

    approve(base_url, key, secret)      an approval key
    Line(url, ca=None)                  a connection; .send_text, .frames()
    registration(...)                   the text that registers a key"""

import base64
import hashlib
import json
import os
import socket
import ssl
import struct
import urllib.request
from urllib.parse import urlsplit

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def approve(base_url, key, secret, ca=None):
    body = json.dumps({"grant_type": "client_credentials", "appkey": key, "secretkey": secret})
    request = urllib.request.Request(base_url + "/oauth2/Approval", body.encode(),
                                     {"content-type": "application/json; charset=utf-8"})
    context = ssl.create_default_context(cafile=ca) if ca else None
    with urllib.request.urlopen(request, timeout=10, context=context) as answer:
        return json.load(answer)["approval_key"]


def registration(approval, tr_id, tr_key, tr_type="1"):
    return json.dumps({"header": {"approval_key": approval, "custtype": "P", "tr_type": tr_type,
                                  "content-type": "utf-8"},
                       "body": {"input": {"tr_id": tr_id, "tr_key": tr_key}}})


class Ended(Exception):
    """The other side has closed, or reset, the connection."""


class Refused(Exception):
    """The handshake was answered with something else than 101."""


class Line:
    def __init__(self, url, ca=None, timeout=10):
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout)
        if parts.scheme == "wss":
            context = ssl.create_default_context(cafile=ca)
            self.socket = context.wrap_socket(self.socket, server_hostname=parts.hostname)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.bytes = b""
        self.fragments = None
        self._shake_hands(parts)

    def _shake_hands(self, parts):
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(("GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\n"
                             "Connection: Upgrade\r\nSec-WebSocket-Key: %s\r\n"
                             "Sec-WebSocket-Version: 13\r\n\r\n"
                             % (parts.path or "/", parts.netloc, key)).encode())
        while b"\r\n\r\n" not in self.bytes:
            self._more()
        head, self.bytes = self.bytes.split(b"\r\n\r\n", 1)
        self.head = head.decode("latin-1")
        want = base64.b64encode(hashlib.sha1(
            (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
        if not self.head.startswith("HTTP/1.1 101 ") or want not in self.head:
            raise Refused(self.head)

    def _more(self):
        try:
            got = self.socket.recv(1 << 16)
        except (ConnectionError, ssl.SSLError) as error:
            raise Ended(str(error)) from None
        if not got:
            raise Ended("closed")
        self.bytes += got

    def _take(self, count):
        while len(self.bytes) < count:
            self._more()
        taken, self.bytes = self.bytes[:count], self.bytes[count:]
        return taken

    def frame(self):
        """One frame: (is_last, opcode, payload)."""
        first, length = self._take(2)
        if length == 126:
            length, = struct.unpack(">H", self._take(2))
        elif length == 127:
            length, = struct.unpack(">Q", self._take(8))
        return bool(first & 0x80), first & 0x0f, self._take(length)

    def message(self):
        """One whole message, or a control frame: (opcode, payload)."""
        while True:
            is_last, opcode, payload = self.frame()
            if opcode >= CLOSE:
                return opcode, payload
            if opcode:
                self.fragments = (opcode, b"")
            self.fragments = (self.fragments[0], self.fragments[1] + payload)
            if is_last:
                return self.fragments

    def send(self, opcode, payload):
        mask = os.urandom(4)
        size = len(payload)
        head = bytes([0x80 | opcode])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 65536:
            head += bytes([0x80 | 126]) + struct.pack(">H", size)
        else:
            head += bytes([0x80 | 127]) + struct.pack(">Q", size)
        masked = bytes(b ^ mask[i % 4] for i, b in enumerate(payload))
        try:
            self.socket.sendall(head + mask + masked)
        except (ConnectionError, ssl.SSLError) as error:
            raise Ended(str(error)) from None

    def send_text(self, text):
        self.send(TEXT, text.encode())

    def close(self, code=1000):
        """The closing handshake; what comes meanwhile is dropped."""
        try:
            self.send(CLOSE, struct.pack(">H", code))
            while self.message()[0] != CLOSE:
                pass
        except (Ended, socket.timeout):
            pass
        self.socket.close()

#!/usr/bin/env python3
"""A visitor's client in Python, written from docs/protocol.md alone, with nothing but the standard library.

It is a test of that page: what it needs and the page does not say is missing there. It opens a session, talks over a socket, loses the line, resumes, sends the same message twice, and goes on over the
long poll. It prints what it saw as JSON.

    client.py ADDRESS INBOX
"""

import base64
import hashlib
import json
import os
import random
import socket
import struct
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

PATIENCE = 60  # seconds for anything that is awaited: a guard against hanging
BEAT = 9  # seconds of silence after which a ping is due


def uuid7():
    """A UUIDv7, which docs/protocol.md asks for: 48 bits of milliseconds, the rest random."""
    value = (int(time.time() * 1000) << 80) | random.getrandbits(80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(uuid.UUID(int=value))


class Socket:
    """RFC 6455, as much of it as a client of text frames needs."""

    GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

    def __init__(self, address):
        url = urllib.parse.urlsplit(address)
        self.line = socket.create_connection((url.hostname, url.port), timeout=BEAT)
        self.buffer = b""
        key = base64.b64encode(os.urandom(16)).decode()
        self.line.sendall((
            "GET /api/visitor/socket HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\nSec-WebSocket-Protocol: baton.v1\r\n\r\n" % (url.netloc, key)).encode())
        head = self._until(b"\r\n\r\n").decode()
        want = base64.b64encode(hashlib.sha1((key + self.GUID).encode()).digest()).decode()
        if " 101 " not in head.splitlines()[0] or want not in head:
            raise ConnectionError("no upgrade: " + head)

    def send(self, frame):
        data, mask = json.dumps(frame).encode(), os.urandom(4)
        size = len(data)
        head = bytes([0x81])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 65536:
            head += bytes([0x80 | 126]) + struct.pack(">H", size)
        else:
            head += bytes([0x80 | 127]) + struct.pack(">Q", size)
        self.line.sendall(head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))

    def receive(self):
        while True:
            first, second = self._take(2)
            size = second & 0x7F
            if size == 126:
                size = struct.unpack(">H", self._take(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self._take(8))[0]
            data = self._take(size)
            if first & 0xF == 0x1:
                return json.loads(data)
            if first & 0xF == 0x8:
                raise ConnectionError("closed with %d" % struct.unpack(">H", data[:2])[0])

    def _take(self, size):
        while len(self.buffer) < size:
            self._more()
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def _more(self):
        """Reads on; where nothing comes for a while, says that the client lives."""
        for _ in range(PATIENCE // BEAT):
            try:
                more = self.line.recv(65536)
            except socket.timeout:
                self.send({"t": "ping"})
                continue
            if not more:
                raise ConnectionError("the line ended")
            self.buffer += more
            return
        raise TimeoutError("nothing came, not even an answer to a ping")

    def _until(self, end):
        while end not in self.buffer:
            self._more()
        head, self.buffer = self.buffer.split(end, 1)
        return head

    def drop(self):
        """The network goes away: no close frame, no farewell."""
        self.line.close()


class Client:
    """Section 4: what a client owes."""

    def __init__(self, address, inbox):
        self.address, self.inbox = address, inbox
        self.token, self.store, self.conv = "", "", ""
        self.outbox = []   # kept until acknowledged: [{"cid", "n", "body", "sent"}]
        self.count = 0     # the device's highest stored counter
        self.shown, self.held, self.cursor = [], {}, 0
        self.acks, self.state, self.socket = {}, None, None
        self.mark, self.run, self.pieces = "", None, ""

    # -- session

    def post(self, path, body):
        request = urllib.request.Request(self.address + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return json.load(response)

    def open(self):
        answer = self.post("/api/visitor/session", {"inbox": self.inbox, "token": self.token, "locale": "en-IN", "page": {"url": self.address + "/", "title": "Python"}})
        self.token, self.conv = answer["token"], answer["conv"]
        if self.cursor == 0:
            self.store = answer["store"]

    # -- what is sent

    def say(self, body):
        n = self.outbox[-1]["n"] + 1 if self.outbox else self.count + 1
        message = {"cid": uuid7(), "n": n, "body": body, "sent": False}
        self.outbox.append(message)  # keep, then send
        return message["cid"]

    def frames(self):
        """The messages that go out now, in order."""
        out = []
        for message in self.outbox[:20]:
            if not message["sent"]:
                message["sent"] = message["tried"] = True
                out.append({"t": "say", "conv": self.conv, "cid": message["cid"], "n": message["n"], "body": message["body"]})
        return out

    def pump(self):
        for frame in self.frames():
            self.socket.send(frame)

    def renumber(self, n, keep=lambda message: False):
        for message in self.outbox:
            message["sent"] = False
            if not keep(message):
                message["n"] = n
                n += 1

    # -- what is received

    def take(self, frame):
        name = frame["t"]
        if name == "welcome":
            self.count = frame["n"]
            self.welcomed_store = frame["store"]
            if self.cursor == 0 or self.store in ("", frame["store"]):
                self.store = frame["store"]
            self.renumber(frame["n"] + 1, lambda message: message.get("tried") and message["n"] <= frame["n"])
        elif name == "ack":
            self.stored(frame["cid"], frame["seq"])
        elif name == "message":
            self.stored(frame["cid"], frame["seq"])
            self.show(frame)
        elif name == "state":
            self.state = frame["state"]
        elif name == "delta":
            self.piece(frame)
        elif name == "resync":
            self.store = self.welcomed_store
            self.shown = [m for m in self.shown if m["seq"] <= frame["from"]]
            self.cursor, self.held = min(self.cursor, frame["from"]), {}
        elif name == "error" and frame["code"] == "gap":
            self.renumber(frame["n"])
        elif name == "slow_down" or name == "error" and frame["code"] == "unavailable":
            time.sleep(frame.get("retry", 1))
            self.renumber(self.outbox[0]["n"] if self.outbox else 1)
        elif name == "error":
            raise AssertionError("refused: %r" % frame)

    def stored(self, cid, seq):
        for message in self.outbox:
            if message["cid"] == cid:
                self.outbox.remove(message)
                self.count = max(self.count, message["n"])
                break
        else:
            if cid not in self.acks:
                return
        self.acks.setdefault(cid, []).append(seq)

    def show(self, frame):
        """Messages come onto the screen in order, without gaps, each once."""
        if frame["seq"] > self.cursor:
            self.held[frame["seq"]] = frame
        while self.cursor + 1 in self.held:
            self.cursor += 1
            message = self.held.pop(self.cursor)
            self.shown.append(message)
            if message.get("run") == self.run:
                self.run, self.pieces = None, ""

    def piece(self, frame):
        if frame.get("end"):
            self.run, self.pieces = None, ""
        elif frame["offset"] == 0:
            self.run, self.pieces = frame["run"], frame["text"]
        elif frame["run"] == self.run and frame["offset"] == len(self.pieces):
            self.pieces += frame["text"]

    # -- the two transports

    def connect(self):
        self.socket = Socket(self.address)
        self.socket.send({"t": "hello", "v": 1, "caps": ["delta"], "token": self.token, "store": self.store, "cursors": {self.conv: self.cursor}})
        self.until(lambda frame: frame["t"] == "welcome")
        self.pump()

    def until(self, holds):
        deadline = time.time() + PATIENCE
        while time.time() < deadline:
            frame = self.socket.receive()
            self.take(frame)
            if holds(frame):
                return frame
            if frame["t"] in ("error", "slow_down"):
                self.pump()
        raise TimeoutError("awaited in vain; state %s, cursor %d" % (self.state, self.cursor))

    def poll(self, wait=25):
        body = {"v": 1, "caps": ["delta"], "token": self.token, "store": self.store, "cursors": {self.conv: self.cursor}, "mark": self.mark, "wait": wait,
                "frames": self.frames() if self.mark else []}
        if self.run:
            body["run"], body["offset"] = self.run, len(self.pieces)
        answer = self.post("/api/visitor/poll", body)
        self.mark = answer["mark"]
        for message in self.outbox:
            message["sent"] = False  # what has no answer in this one goes again
        for frame in answer["frames"]:
            self.take(frame)
        return answer["frames"]

    def poll_until(self, holds):
        deadline = time.time() + PATIENCE
        while time.time() < deadline:
            if any(holds(frame) for frame in self.poll()):
                return
        raise TimeoutError("polled in vain; state %s, cursor %d" % (self.state, self.cursor))


def is_answer(frame):
    return frame["t"] == "message" and frame["author"]["kind"] == "assistant"


def main(address, inbox):
    client = Client(address, inbox)
    client.open()

    # A question over the socket, and its answer.
    client.connect()
    first = client.say("Do you ship to Bengaluru?")
    client.pump()
    client.until(lambda frame: frame["t"] == "ack" and frame["cid"] == first)
    client.until(is_answer)

    # Sent again, it is stored once and acknowledged with its first seq.
    client.acks.setdefault(first, [])
    client.socket.send({"t": "say", "conv": client.conv, "cid": first, "n": 1, "body": "Do you ship to Bengaluru?"})
    client.until(lambda frame: frame["t"] == "ack" and frame["cid"] == first)

    # The line goes away while something is written. It is sent after the next welcome, and what came meanwhile follows.
    client.socket.drop()
    second = client.say("How long does a refund take?")
    client.open()
    client.connect()
    client.until(is_answer)

    # A page that was loaded anew has nothing, and is told everything.
    again = Client(address, inbox)
    again.token = client.token
    again.open()
    again.connect()
    while again.cursor < client.cursor:
        again.until(lambda frame: frame["t"] == "message")
    again.socket.drop()
    client.socket.drop()

    # No socket comes through: the same over the poll.
    if client.poll()[0]["t"] != "welcome":
        raise AssertionError("the first poll has no welcome")
    third = client.say("What is your return policy for damaged items?")
    client.poll_until(is_answer)

    json.dump({
        "shown": [[m["seq"], m["author"]["kind"], m.get("outcome", "")] for m in client.shown], "again": [m["seq"] for m in again.shown],
        "acks": [sorted(set(client.acks.get(cid, []))) for cid in (first, second, third)], "left": len(client.outbox), "state": client.state,
        "cited": [bool(m.get("citations")) for m in client.shown if m["author"]["kind"] == "assistant"],
    }, sys.stdout)
    print()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), sys.argv[2])

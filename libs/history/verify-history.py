#!/usr/bin/env python3
"""Verifies a bundle of duban's history, written from PROOF.md alone: Python 3.8 or newer with its standard library, and
the openssl command (3.0 or newer) for signatures.

    python3 verify-history.py <bundle> [--checkpoint <file>]... [--key <file>]... [--tsa <file>]... [--late <minutes>]
    python3 verify-history.py --proof <file> [--checkpoint <file>]... [--key <file>]...

The second takes what GET /history/proofs/inclusion or .../consistency answered, and the checkpoints that you hold.

Exit 0 and one line when all is sound, 1 and the first fault with its code otherwise, 2 for what cannot be read.
"""

import argparse
import base64
import datetime
import hashlib
import json
import re
import subprocess
import sys
import tempfile

EVENT = re.compile(rb'\{"index":(0|[1-9]\d{0,14}),"leaf":"([A-Za-z0-9+/]{43}=)","event":')
TEXT = re.compile(
    r"\A(?P<origin>[^\s+]+)\n(?P<size>0|[1-9]\d{0,14})\n(?P<root>[A-Za-z0-9+/]{43}=)\nnumber (?P<number>[1-9]\d{0,14})\n"
    r"hash (?P<hash>sha256|sm3)\nsigned (?P<signed>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\n"
    r"previous (?P<previous>none|[A-Za-z0-9+/]{43}=)\n"
    r"(?:from (?P<from_hash>sha256|sm3) (?P<from_note>[A-Za-z0-9+/]{43}=)\n)?\Z",
    re.ASCII,
)
PEM = re.compile(r"-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+?)-----END PUBLIC KEY-----")
# What stands before the 32 bytes of an Ed25519 key in its DER form.
SPKI = bytes.fromhex("302a300506032b6570032100")


class Fault(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Unreadable(Exception):
    pass


class Tree:
    """RFC 6962, part 2.1, growing leaf by leaf: `roots[level]` is that of a complete subtree, or None."""

    def __init__(self, name):
        try:
            hashlib.new(name)
        except ValueError:
            raise Unreadable(f"this Python has no {name}")
        self.name, self.size, self.roots = name, 0, []

    def digest(self, data):
        return hashlib.new(self.name, data).digest()

    def leaf(self, data):
        return self.digest(b"\0" + data)

    def node(self, left, right):
        return self.digest(b"\1" + left + right)

    def push(self, root):
        self.size += 1
        for level, left in enumerate(self.roots):
            if left is None:
                self.roots[level] = root
                return
            root, self.roots[level] = self.node(left, root), None
        self.roots.append(root)

    def root(self):
        found = None
        for left in self.roots:
            if left is not None:
                found = left if found is None else self.node(left, found)
        return self.digest(b"") if found is None else found


def is_included(tree, index, size, leaf, root, path):
    """RFC 9162, part 2.1.3.2: whether the path leads from the leaf to the root of the tree of that size."""
    if index >= size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = tree.node(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = tree.node(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def is_consistent(tree, first, first_root, second, second_root, path):
    """RFC 9162, part 2.1.4.2: whether the path proves that the tree of the first size begins that of the second."""
    if first == second:
        return not path and first_root == second_root
    if not 0 < first < second or not path:
        return False
    if first & (first - 1) == 0:
        path = [first_root] + path
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = tree.node(c, fr), tree.node(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = tree.node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == first_root and sr == second_root


class Note:
    """A checkpoint: its text, which was signed, and signatures as (key id, 64 bytes)."""

    def __init__(self, note):
        head, gap, tail = note.partition("\n\n")
        self.note, self.text = note, head + "\n"
        fields = TEXT.match(self.text)
        if not gap or not fields or not tail.endswith("\n"):
            raise ValueError("no checkpoint")
        self.origin, self.hash, self.signed = fields["origin"], fields["hash"], fields["signed"]
        self.size, self.number = int(fields["size"]), int(fields["number"])
        self.root = base64.b64decode(fields["root"])
        self.previous = None if fields["previous"] == "none" else fields["previous"]
        self.changed_from = fields["from_hash"] and (fields["from_hash"], fields["from_note"])
        self.signatures = []
        for line in tail[:-1].split("\n"):
            dash, _, rest = line.partition(" ")
            name, _, encoded = rest.partition(" ")
            signature = base64.b64decode(encoded, validate=True)
            if dash != "—" or name != self.origin or len(signature) != 68:
                raise ValueError("no signature")
            self.signatures.append((signature[:4].hex(), signature[4:]))


def public_keys(pem):
    keys = []
    for encoded in PEM.findall(pem):
        der = base64.b64decode("".join(encoded.split()))
        if not der.startswith(SPKI) or len(der) != len(SPKI) + 32:
            raise ValueError("no key of Ed25519")
        keys.append(der[len(SPKI) :])
    if not keys:
        raise ValueError("no PUBLIC KEY in PEM")
    return keys


def certificates(pem):
    found = re.findall(r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?", pem)
    if not found:
        raise ValueError("no CERTIFICATE in PEM")
    return found


def key_id(origin, key):
    return hashlib.sha256(origin.encode() + b"\n\1" + key).digest()[:4].hex()


def is_signed(text, signature, key):
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("key", SPKI + key), ("text", text.encode()), ("signature", signature)):
            with open(f"{folder}/{name}", "wb") as file:
                file.write(data)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", f"{folder}/key", "-rawin"]
        command += ["-in", f"{folder}/text", "-sigfile", f"{folder}/signature"]
        try:
            return subprocess.run(command, capture_output=True).returncode == 0
        except FileNotFoundError:
            raise Unreadable("the openssl command is not installed")


def stamped_at(text, token, authorities):
    """When an authority stamped the text (RFC 3161), as the openssl command finds it."""
    with tempfile.TemporaryDirectory() as folder:

        def run(*command):
            try:
                return subprocess.run(["openssl", *command], capture_output=True, cwd=folder, text=True)
            except FileNotFoundError:
                raise Unreadable("the openssl command is not installed")

        for name, data in (("token", token), ("text", text.encode()), ("trusted", "".join(authorities).encode())):
            with open(f"{folder}/{name}", "wb") as file:
                file.write(data)
        # Who signed it, taken for one that is trusted: first whether the token is sound in itself.
        signer = run("cms", "-verify", "-noverify", "-binary", "-inform", "DER", "-in", "token", "-signer", "own", "-out", "info")
        said = run("ts", "-reply", "-token_in", "-in", "token", "-text")
        found = re.search(r"^Time stamp: (\w+ +\d+ [\d:]{8})\S* (\d{4}) GMT$", said.stdout, re.MULTILINE)
        own = ["ts", "-verify", "-token_in", "-in", "token", "-data", "text", "-partial_chain", "-CAfile"]
        if signer.returncode or not found or run(*own, "own").returncode:
            raise Fault("stamp_wrong", "its time-stamp is not of it, or not signed")
        utc = datetime.datetime.strptime(f"{found[1]} {found[2]}", "%b %d %H:%M:%S %Y")
        at = utc.replace(tzinfo=datetime.timezone.utc).timestamp()
        if authorities and run(*own[:-2], "-CAfile", "trusted", "-attime", str(int(at))).returncode:
            raise Fault("authority_unknown", "its time-stamp is of an authority that you do not trust")
        return at


class Verifier:
    def __init__(self, held, keys, authorities, late):
        self.authorities, self.stamps, self.stamped = list(authorities), 0, False
        self.held, self.trusted, self.late = sorted(held, key=lambda note: note.size), list(keys), late
        self.known, self.origin = [], None
        # A tree a hash over the same events, and up to which of them it is asked for.
        self.size, self.hash, self.changes, self.trees, self.until = 0, None, [], {}, {}
        self.last, self.suspicion, self.ended = None, None, False
        self.read = self.signed = 0

    def take(self, line, number):
        if self.ended:
            raise Unreadable("there is more after the end of the bundle")
        match = EVENT.match(line)
        if match and line.endswith(b"}"):
            if self.hash is None:
                raise Unreadable("the file is no bundle of history")
            return self.event(int(match[1]), base64.b64decode(match[2]), line[match.end() : -1])
        try:
            value = json.loads(line)
        except ValueError:
            raise Unreadable(f"line {number} is not JSON")
        keys = set(value) if isinstance(value, dict) else set()
        is_header = keys - {"changes"} == {"duban", "format", "origin", "hash", "jurisdictions", "keys"}
        if is_header != (self.hash is None):
            raise Unreadable("the file is no bundle of history")
        if "duban" in keys:
            return self.begin(value)
        if keys == {"checkpoint"} and isinstance(value["checkpoint"], str):
            return self.checkpoint(value["checkpoint"])
        if keys == {"stamp"} and isinstance(value["stamp"], str):
            return self.stamp(base64.b64decode(value["stamp"]))
        if keys == {"end"}:
            return self.whole(value["end"])
        raise Unreadable(f"line {number} is none of a bundle")

    def begin(self, header):
        if header["duban"] != "history" or header["format"] not in (1, 2, 3):
            raise Unreadable("the bundle is of a format that is not known here")
        self.origin, self.hash = header["origin"], header["hash"]
        self.changes = [(change["from"], change["hash"]) for change in header.get("changes", [])]
        ends = [start for start, _ in self.changes] + [float("inf")]
        asked = list(zip([self.hash] + [name for _, name in self.changes], ends))
        for name, size in asked + [(note.hash, note.size) for note in self.held]:
            self.trees.setdefault(name, Tree(name))
            self.until[name] = max(self.until.get(name, 0), size)
        for key in header["keys"]:
            try:
                self.known += public_keys(key["publicKey"])
            except ValueError:
                pass
        for note in self.held:
            if note.origin != self.origin:
                raise Fault("other_history", "the checkpoint that you hold is of another installation")

    def event(self, index, leaf, event):
        self.read += 1
        computed = None if event == b"null" else self.trees[self.hash].leaf(event)
        if self.suspicion:
            kind, first, recorded = self.suspicion
            if (kind == "gap" and index == first) or (kind == "changed" and computed == recorded):
                raise Fault("events_swapped", f"the event {first} stands in the place of another")
            return
        self.assert_changed(self.size)
        if index < self.size:
            raise Fault("event_inserted", f"the event {index} comes a second time")
        if index > self.size:
            self.suspicion = ("gap", self.size, None)
            return
        if computed is None:
            raise Fault("event_missing", f"the event {index} is missing")
        if computed != leaf:
            self.suspicion = ("changed", index, leaf)
            return
        if self.last:
            # Within a state a quotation mark is escaped or belongs to an inner member, which comes earlier.
            recorded = event.rpartition(b'"recordedAt":"')[2].partition(b'"')[0].decode("latin-1")
            if is_late(recorded, self.last.signed, self.late):
                raise Fault("event_inserted", f"the event {index} was inserted after the checkpoint {self.last.number}")
        for name, tree in self.trees.items():
            if tree.size < self.until[name]:
                tree.push(tree.leaf(event))
        self.size += 1
        for note in self.held:
            if note.size == self.size and note.root != self.trees[note.hash].root():
                raise Fault("checkpoint_inconsistent", f"the first {note.size} events are not those that you hold")

    def checkpoint(self, text):
        self.signed += 1
        if self.suspicion:
            return
        number = self.last.number + 1 if self.last else 1
        try:
            note = Note(text)
        except ValueError:
            note = None
        if note is None or note.origin != self.origin:
            raise Fault("checkpoint_changed", f"the checkpoint {number} was changed")
        if note.number != number:
            raise Fault("checkpoint_missing", f"the checkpoint {number} is missing")
        self.assert_signed(note, f"the checkpoint {number}")
        if note.hash != self.hash or note.changed_from:
            self.change(note)
        tree = self.trees[self.hash]
        if note.previous != (self.last and base64.b64encode(tree.digest(self.last.text.encode())).decode()):
            raise Fault("checkpoint_changed", f"the checkpoint {number} follows another one than stands before it")
        if note.size > self.size:
            raise Fault("tail_cut", f"the checkpoint {number} signs {note.size} events, here are {self.size}")
        if note.size < self.size or note.root != tree.root():
            raise Fault("checkpoint_inconsistent", f"the first {note.size} events are not those of checkpoint {number}")
        for held in self.held:
            if held.number == number and held.text != note.text:
                self.assert_signed(held, "the checkpoint that you hold")
                raise Fault("checkpoint_changed", f"the checkpoint {number} is not the one that you hold")
        self.last = note

    def change(self, note):
        """From one hash to another."""
        if note.hash == self.hash or not note.changed_from or self.changes[:1] != [(note.size, note.hash)]:
            raise Fault("checkpoint_changed", f"the checkpoint {note.number} is not by the hash of the history")
        digest = self.last and base64.b64encode(self.trees[note.hash].digest(self.last.note.encode())).decode()
        if note.changed_from != (self.hash, digest):
            raise Fault("checkpoint_changed", f"the checkpoint {note.number} changed the hash after another one")
        if self.last.size != note.size:
            raise Fault("checkpoint_inconsistent", f"the checkpoint {note.number} changed the hash over other events")
        self.hash, self.changes = note.hash, self.changes[1:]

    def assert_changed(self, size):
        if self.changes and size >= self.changes[0][0]:
            raise Fault("checkpoint_missing", f"that which changed the hash to {self.changes[0][1]} is missing")

    def stamp(self, token):
        self.stamps += 1
        if self.suspicion:
            return
        if self.last is None:
            raise Unreadable("a time-stamp is of no checkpoint")
        if stamped_at(self.last.text, token, self.authorities) < instant(self.last.signed) - self.late:
            raise Fault("stamp_wrong", f"the checkpoint {self.last.number} was stamped before it was signed")
        self.stamped = True

    def assert_signed(self, note, name):
        signers = []
        for wanted, signature in note.signatures:
            keys = [key for key in self.trusted + self.known if key_id(note.origin, key) == wanted]
            signer = next((key for key in keys if is_signed(note.text, signature, key)), None)
            if keys and signer is None:
                raise Fault("signature_wrong", f"{name} was not signed by the key {wanted} that it names")
            signers += [signer] if signer else []
        if not signers or (self.trusted and not any(key in self.trusted for key in signers)):
            ids = ", ".join(wanted for wanted, _ in note.signatures)
            raise Fault("key_unknown", f"{name} is signed by the key {ids}, for which nobody vouches")
        self.trusted += [key for key in signers if key not in self.trusted]

    def whole(self, end):
        self.ended = True
        if (end["events"], end["checkpoints"], end.get("stamps", 0)) != (self.read, self.signed, self.stamps):
            self.assert_end()
            raise Unreadable("the bundle has not as many lines as it says")

    def assert_end(self):
        if self.suspicion:
            kind, first, _ = self.suspicion
            words = "is missing" if kind == "gap" else "was changed after it was hashed"
            raise Fault("event_missing" if kind == "gap" else "event_changed", f"the event {first} {words}")
        for note in self.held:
            if note.size > self.size:
                raise Fault("tail_cut", f"you hold a checkpoint of {note.size} events, here are {self.size}")
            self.assert_signed(note, "the checkpoint that you hold")
            if note.number > (self.last.number if self.last else 0):
                raise Fault("checkpoint_missing", f"the checkpoint {note.number} that you hold is not in the bundle")

    def end(self):
        if not self.ended:
            raise Unreadable("the bundle breaks off: it was not received whole")
        self.assert_end()
        if self.last:
            self.assert_changed(float("inf"))
        if not self.last or self.last.size < self.size:
            raise Fault("not_signed", "no checkpoint vouches for all that is in the bundle")
        if self.authorities and not self.stamped:
            raise Fault("not_stamped", "no checkpoint was stamped by an authority")
        return f"sound: {self.size} events, {self.signed} checkpoints, the last of {self.last.signed}"


def is_late(recorded, signed, late):
    try:
        return instant(recorded) < instant(signed) - late
    except ValueError:
        return False


def instant(text):
    seconds, _, fraction = text.rstrip("Z").partition(".")
    utc = datetime.datetime.strptime(seconds, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=datetime.timezone.utc)
    return utc.timestamp() + float(f"0.{fraction or 0}")


def verify_proof(file, held, keys):
    try:
        with open(file, encoding="utf-8") as opened:
            proof = json.load(opened)
        tree = Tree(proof["hash"])
        path = [base64.b64decode(one, validate=True) for one in proof["path"]]
        if "eventId" in proof:
            words = f"the event {proof['eventId']} is the leaf {proof['index']} of {proof['size']}"
            leaf, ends = tree.leaf(proof["event"].encode()), [(proof["size"], base64.b64decode(proof["root"]))]
            if leaf != base64.b64decode(proof["leaf"]) or json.loads(proof["event"])["id"] != proof["eventId"]:
                raise Fault("event_changed", "the event is not the one that was hashed")
            holds = is_included(tree, proof["index"], proof["size"], leaf, ends[0][1], path)
        else:
            words = f"the tree of {proof['from']} events begins that of {proof['to']}"
            ends = [(proof[end], base64.b64decode(proof[f"{end}Root"])) for end in ("from", "to")]
            holds = is_consistent(tree, *ends[0], *ends[1], path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"{file}: no proof ({error})")
    if not holds:
        raise Fault("proof_wrong", "the path does not lead from the one to the other")
    compared = [(note, root) for note in held for size, root in ends if (note.size, note.hash) == (size, proof["hash"])]
    if held and not compared:
        sizes = " or ".join(str(size) for size, _ in ends)
        raise Unreadable(f"you hold no checkpoint of {sizes} events by {proof['hash']}: ask for a proof of its size")
    verifier = Verifier(held, keys, [], 0)
    for note, root in compared:
        if keys:
            verifier.assert_signed(note, "the checkpoint that you hold")
        if note.root != root:
            raise Fault("checkpoint_inconsistent", f"the checkpoint {note.number} that you hold is of another tree")
    return f"sound: {words}{'' if compared else '; compared with nothing from outside: give --checkpoint'}"


def verify(arguments):
    held, keys, authorities = [], [], []
    readers = (
        ("checkpoint", lambda text: [Note(text)], held),
        ("key", public_keys, keys),
        ("tsa", certificates, authorities),
    )
    for name, read, found in readers:
        for file in getattr(arguments, name):
            try:
                with open(file, encoding="utf-8") as opened:
                    found += read(opened.read())
            except (OSError, ValueError) as error:
                raise Unreadable(f"{file}: {error}")
    if arguments.proof:
        return verify_proof(arguments.proof, held, keys)
    verifier = Verifier(held, keys, authorities, arguments.late * 60)
    try:
        with open(arguments.bundle, "rb") as bundle:
            for number, line in enumerate(bundle, 1):
                verifier.take(line.rstrip(b"\n"), number)
    except (OSError, KeyError, TypeError) as error:
        raise Unreadable(str(error))
    return verifier.end()


def main():
    parser = argparse.ArgumentParser(description="Verifies a bundle of duban's history.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("bundle", nargs="?")
    what.add_argument("--proof", help="what one of the two routes of proofs answered")
    parser.add_argument("--checkpoint", action="append", default=[], help="one that you hold from before")
    parser.add_argument("--key", action="append", default=[], help="public keys (PEM) that you trust")
    parser.add_argument("--tsa", action="append", default=[], help="certificates (PEM) of time-stamping authorities that you trust")
    parser.add_argument("--late", type=float, default=60, help="minutes that an event may be committed late")
    try:
        print(verify(parser.parse_args()))
        return 0
    except Fault as fault:
        print(f"{fault} ({fault.code})")
        return 1
    except Unreadable as reason:
        print(reason, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())

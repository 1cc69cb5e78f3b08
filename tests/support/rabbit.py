#!/usr/bin/env python3
"""Another client of RabbitMQ, for tests: rabbit.py PORT COMMAND…

  get QUEUE            take all messages; a line of JSON each: the properties
                       that are set, the routing key, and the body as "body"
  declare QUEUE JSON   declare it with these arguments, not durable
  delete QUEUE         delete it
  ids QUEUE            take all messages; "MESSAGES DIFFERENT-IDS"
"""
import json
import sys

import pika

NAMES = ("content_type", "content_encoding", "headers", "delivery_mode",
         "priority", "correlation_id", "reply_to", "expiration", "message_id",
         "timestamp", "type", "user_id", "app_id")


def messages(channel, queue):
    """Each one's method, properties and body."""
    count = channel.queue_declare(queue, passive=True).method.message_count
    if count == 0:
        return
    for message in channel.consume(queue, auto_ack=True):
        yield message
        count -= 1
        if count == 0:
            break
    channel.cancel()


def main():
    port, command, queue = sys.argv[1:4]
    connection = pika.BlockingConnection(
        pika.ConnectionParameters("127.0.0.1", int(port)))
    channel = connection.channel()
    if command == "get":
        for method, properties, body in messages(channel, queue):
            said = {n: getattr(properties, n) for n in NAMES}
            said = {n: v for n, v in said.items() if v is not None}
            print(json.dumps(said | {"routing_key": method.routing_key,
                                     "body": body.decode()}))
    elif command == "ids":
        ids = [p.message_id for _, p, _ in messages(channel, queue)]
        print(len(ids), len(set(ids)))
    elif command == "declare":
        channel.queue_declare(queue, arguments=json.loads(sys.argv[4]))
    elif command == "delete":
        channel.queue_delete(queue)
    connection.close()


main()

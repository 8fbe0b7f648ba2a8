package io.ostraka.raft.core.input;

import io.ostraka.raft.core.message.Message;

/**
 * A message of another replica has arrived. Messages of strangers, of absurd terms or malformed are ignored.
 *
 * @param message the message
 * @param nowNanos the time now
 */
public record Received(Message message, long nowNanos) implements Input {}

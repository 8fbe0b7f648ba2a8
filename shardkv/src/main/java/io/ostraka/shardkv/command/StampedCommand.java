package io.ostraka.shardkv.command;

/**
 * A command as it stands in the log: with the log time at which its leader proposed it. Apply takes the later of the
 * stamp and what it knows, so log time never goes back.
 *
 * @param logTimeMillis the leader's stamp
 * @param command what to do
 */
public record StampedCommand(long logTimeMillis, Command command) {}

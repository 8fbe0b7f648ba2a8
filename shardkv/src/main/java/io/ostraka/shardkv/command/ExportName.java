package io.ostraka.shardkv.command;

import io.ostraka.raft.core.GroupId;

/**
 * The full name of a hand-over. Every message, chunk and logged step of it carries all of this, and apply ignores what
 * does not match the shard's state exactly (DESIGN section 5).
 *
 * @param shard the shard that moves
 * @param epoch the epoch at which the source serves; the importer will serve at {@code epoch + 1}
 * @param exportId the attempt
 * @param source the group that has the token, with its incarnation
 * @param importer the group that shall get it, with its incarnation
 */
public record ExportName(int shard, long epoch, ExportId exportId, GroupId source, GroupId importer) {}

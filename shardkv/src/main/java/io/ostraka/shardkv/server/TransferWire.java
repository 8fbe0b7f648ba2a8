package io.ostraka.shardkv.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.ostraka.proto.Id128;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.transfer.Activated;
import io.ostraka.proto.transfer.AskCancel;
import io.ostraka.proto.transfer.AskFreeze;
import io.ostraka.proto.transfer.AtWork;
import io.ostraka.proto.transfer.Cancelled;
import io.ostraka.proto.transfer.CleanedUp;
import io.ostraka.proto.transfer.ExportOpened;
import io.ostraka.proto.transfer.ExportProgress;
import io.ostraka.proto.transfer.ExportRefused;
import io.ostraka.proto.transfer.ExportReply;
import io.ostraka.proto.transfer.ExportRequest;
import io.ostraka.proto.transfer.ItemChunk;
import io.ostraka.proto.transfer.LastRound;
import io.ostraka.proto.transfer.OpenExport;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.Digest;
import io.ostraka.shardkv.command.ExportId;
import io.ostraka.shardkv.command.ExportName;
import io.ostraka.shardkv.command.ShardItem;
import io.ostraka.shardkv.migration.TransferReply;
import io.ostraka.shardkv.migration.TransferRequest;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What two groups say to each other about a hand-over, to and from the wire. Pure. */
final class TransferWire {

    private TransferWire() {}

    // ---- requests of the importer

    static ExportRequest toWire(TransferRequest request) {
        ExportRequest.Builder wire = ExportRequest.newBuilder().setName(toWire(request.name()));
        switch (request) {
            case TransferRequest.Open open ->
                wire.setOpen(OpenExport.newBuilder()
                        .setProgress(ExportProgress.newBuilder()
                                .setLastBaseKey(toWire(open.lastBaseKey()))
                                .setBaseComplete(open.baseComplete())
                                .setRevision(open.revision())));
            case TransferRequest.Progress progress ->
                wire.setProgress(ExportProgress.newBuilder().setChunksLogged(progress.chunksLogged()));
            case TransferRequest.AskFreeze _ -> wire.setFreeze(AskFreeze.getDefaultInstance());
            case TransferRequest.Activated _ -> wire.setActivated(Activated.getDefaultInstance());
            case TransferRequest.AskCancel _ -> wire.setCancel(AskCancel.getDefaultInstance());
        }
        return wire.build();
    }

    /**
     * The request, or null if it names no step that this version knows.
     *
     * @throws IllegalArgumentException if it is malformed
     */
    static @Nullable TransferRequest fromWire(ExportRequest wire) {
        ExportName name = fromWire(wire.getName());
        return switch (wire.getStepCase()) {
            case OPEN -> {
                ExportProgress progress = wire.getOpen().getProgress();
                yield new TransferRequest.Open(
                        name, fromWire(progress.getLastBaseKey()), progress.getBaseComplete(), progress.getRevision());
            }
            case PROGRESS ->
                new TransferRequest.Progress(name, wire.getProgress().getChunksLogged());
            case FREEZE -> new TransferRequest.AskFreeze(name);
            case ACTIVATED -> new TransferRequest.Activated(name);
            case CANCEL -> new TransferRequest.AskCancel(name);
            case STEP_NOT_SET -> null;
        };
    }

    // ---- replies of the source

    static ExportReply toWire(TransferReply reply) {
        ExportReply.Builder wire = ExportReply.newBuilder().setName(toWire(reply.name()));
        switch (reply) {
            case TransferReply.Opened opened ->
                wire.setOpened(ExportOpened.newBuilder().setBytes(opened.bytes()));
            case TransferReply.Chunk chunk -> {
                ItemChunk.Builder items = ItemChunk.newBuilder()
                        .setSequence(chunk.sequence())
                        .setLastOfBase(chunk.last())
                        .setSnapshotRevision(chunk.snapshotRevision());
                chunk.items().forEach(item -> items.addItems(toWire(item)));
                wire.setChunk(items);
            }
            case TransferReply.LastRound last -> {
                LastRound.Builder round = LastRound.newBuilder()
                        .setRevision(last.revision())
                        .setShardTimeMillis(last.shardTimeMillis())
                        .setFloorMillis(last.floorMillis())
                        .setDigest(Id128.newBuilder()
                                .setHigh(last.digest().high())
                                .setLow(last.digest().low()));
                last.items().forEach(item -> round.addItems(toWire(item)));
                wire.setLastRound(round);
            }
            case TransferReply.Cancelled _ -> wire.setCancelled(Cancelled.getDefaultInstance());
            case TransferReply.CleanedUp _ -> wire.setCleanedUp(CleanedUp.getDefaultInstance());
            case TransferReply.AtWork _ -> wire.setAtWork(AtWork.getDefaultInstance());
            case TransferReply.Refused refused ->
                wire.setRefused(ExportRefused.newBuilder().setCode(codeOf(refused.refusal())));
        }
        return wire.build();
    }

    /**
     * The reply, or null if it names no step that this version knows.
     *
     * @throws IllegalArgumentException if it is malformed
     */
    static @Nullable TransferReply fromWire(ExportReply wire) {
        ExportName name = fromWire(wire.getName());
        return switch (wire.getStepCase()) {
            case OPENED -> new TransferReply.Opened(name, wire.getOpened().getBytes());
            case CHUNK -> {
                ItemChunk chunk = wire.getChunk();
                yield new TransferReply.Chunk(
                        name,
                        chunk.getSequence(),
                        items(chunk.getItemsList()),
                        chunk.getLastOfBase(),
                        chunk.getSnapshotRevision());
            }
            case LAST_ROUND -> {
                LastRound last = wire.getLastRound();
                yield new TransferReply.LastRound(
                        name,
                        items(last.getItemsList()),
                        last.getRevision(),
                        last.getShardTimeMillis(),
                        last.getFloorMillis(),
                        new Digest(last.getDigest().getHigh(), last.getDigest().getLow()));
            }
            case CANCELLED -> new TransferReply.Cancelled(name);
            case CLEANED_UP -> new TransferReply.CleanedUp(name);
            case AT_WORK -> new TransferReply.AtWork(name);
            case REFUSED -> {
                boolean frozen = wire.getRefused().getCode() == codeOf(TransferReply.Refusal.FROZEN);
                yield new TransferReply.Refused(
                        name, frozen ? TransferReply.Refusal.FROZEN : TransferReply.Refusal.RETRY_AFTER);
            }
            case STEP_NOT_SET -> null;
        };
    }

    /** A source that does not lead says where the leader is. */
    static ExportReply notLeader(io.ostraka.proto.transfer.ExportName name, String leaderHint) {
        return ExportReply.newBuilder()
                .setName(name)
                .setRefused(ExportRefused.newBuilder()
                        .setCode(StatusCode.NOT_LEADER)
                        .setMessage("this replica does not lead the source's group")
                        .setLeaderHint(leaderHint))
                .build();
    }

    /** Whether a refusal is the word of the source's leader, and not that of a node which cannot speak for it. */
    static boolean isOfTheSource(StatusCode code) {
        return Arrays.stream(TransferReply.Refusal.values()).anyMatch(refusal -> codeOf(refusal) == code);
    }

    private static StatusCode codeOf(TransferReply.Refusal refusal) {
        return switch (refusal) {
            case RETRY_AFTER -> StatusCode.RETRY_AFTER;
            case FROZEN -> StatusCode.REJECTED;
        };
    }

    // ---- names, items, bytes

    static io.ostraka.proto.transfer.ExportName toWire(ExportName name) {
        return io.ostraka.proto.transfer.ExportName.newBuilder()
                .setShard(name.shard())
                .setEpoch(name.epoch())
                .setExportId(Id128.newBuilder()
                        .setHigh(name.exportId().high())
                        .setLow(name.exportId().low()))
                .setSource(ConfigWire.toWire(ShardAdmission.ref(name.source())))
                .setImporter(ConfigWire.toWire(ShardAdmission.ref(name.importer())))
                .build();
    }

    static ExportName fromWire(io.ostraka.proto.transfer.ExportName name) {
        return new ExportName(
                name.getShard(),
                name.getEpoch(),
                new ExportId(name.getExportId().getHigh(), name.getExportId().getLow()),
                group(name.getSource()),
                group(name.getImporter()));
    }

    private static GroupId group(io.ostraka.proto.GroupRef wire) {
        GroupRef valid = new GroupRef(wire.getGid(), wire.getIncarnation());
        return new GroupId(valid.gid(), valid.incarnation());
    }

    private static io.ostraka.proto.transfer.ShardItem toWire(ShardItem item) {
        return io.ostraka.proto.transfer.ShardItem.newBuilder()
                .setKey(toWire(item.key()))
                .setValue(toWire(item.content()))
                .setRevision(item.revision())
                .setTombstone(item.tombstone())
                .build();
    }

    private static List<ShardItem> items(List<io.ostraka.proto.transfer.ShardItem> wire) {
        return wire.stream()
                .map(item -> new ShardItem(
                        fromWire(item.getKey()), item.getRevision(), item.getTombstone(), fromWire(item.getValue())))
                .toList();
    }

    private static ByteString toWire(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.asByteBuffer());
    }

    private static Bytes fromWire(ByteString bytes) {
        return Bytes.wrap(bytes.toByteArray());
    }
}

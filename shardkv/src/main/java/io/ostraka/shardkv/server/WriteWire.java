package io.ostraka.shardkv.server;

import com.google.protobuf.ByteString;
import io.ostraka.proto.Id128;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.kv.Append;
import io.ostraka.proto.kv.BatchItem;
import io.ostraka.proto.kv.CompareAndSet;
import io.ostraka.proto.kv.KvRequest;
import io.ostraka.proto.kv.KvResponse;
import io.ostraka.proto.kv.Put;
import io.ostraka.proto.kv.WriteHeader;
import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.ClientWrite;
import io.ostraka.shardkv.command.SessionId;
import io.ostraka.shardkv.command.WriteOp;
import io.ostraka.shardkv.session.WriteOutcome;
import io.ostraka.shardkv.shard.WriteResult;
import java.util.ArrayList;
import java.util.List;

/** Writes from the wire to the log's commands, and what became of them back. Only for requests that were checked. */
final class WriteWire {

    private WriteWire() {}

    /** The command of a write that {@link RequestCheck} found well formed. */
    static ClientWrite write(Id128 session, KvRequest request) {
        WriteHeader header = request.getWrite();
        return new ClientWrite(
                new SessionId(session.getHigh(), session.getLow()),
                header.getNumber(),
                header.getLowestUnanswered(),
                header.getT0Millis(),
                request.getShard(),
                op(request));
    }

    private static WriteOp op(KvRequest request) {
        return switch (request.getOpCase()) {
            case PUT -> put(request.getPut());
            case APPEND -> append(request.getAppend());
            case DELETE -> new WriteOp.Delete(bytes(request.getDelete().getKey()));
            case COMPARE_AND_SET -> compareAndSet(request.getCompareAndSet());
            case BATCH -> {
                List<WriteOp.KeyOp> ops = new ArrayList<>(request.getBatch().getItemsCount());
                for (BatchItem item : request.getBatch().getItemsList()) {
                    ops.add(item(item));
                }
                yield new WriteOp.Atomic(ops);
            }
            case ASK -> new WriteOp.Ask();
            case GET, OP_NOT_SET -> throw new IllegalArgumentException("no write: " + request.getOpCase());
        };
    }

    private static WriteOp.KeyOp item(BatchItem item) {
        return switch (item.getOpCase()) {
            case PUT -> put(item.getPut());
            case APPEND -> append(item.getAppend());
            case DELETE -> new WriteOp.Delete(bytes(item.getDelete().getKey()));
            case COMPARE_AND_SET -> compareAndSet(item.getCompareAndSet());
            case OP_NOT_SET -> throw new IllegalArgumentException("an item without an operation");
        };
    }

    private static WriteOp.KeyOp put(Put put) {
        return new WriteOp.Put(bytes(put.getKey()), bytes(put.getValue()), put.getTtlMillis());
    }

    private static WriteOp.KeyOp append(Append append) {
        return new WriteOp.Append(bytes(append.getKey()), bytes(append.getValue()));
    }

    private static WriteOp.KeyOp compareAndSet(CompareAndSet cas) {
        return new WriteOp.CompareAndSet(
                bytes(cas.getKey()),
                cas.getExpectedRevision(),
                cas.hasValue() ? bytes(cas.getValue()) : null,
                cas.getTtlMillis());
    }

    /** The answer to a write that was decided. */
    static KvResponse.Builder done(long id, WriteOutcome outcome) {
        KvResponse.Builder reply = KvResponse.newBuilder().setId(id).setRevision(outcome.revision());
        return switch (outcome.kind()) {
            case WRITTEN -> reply.setCode(StatusCode.OK).setFound(true);
            case NOTHING_TO_DELETE -> reply.setCode(StatusCode.OK);
            case CONDITION_FAILED ->
                reply.setCode(StatusCode.CONDITION_FAILED)
                        .setMessage("the key's revision is " + outcome.revision() + "; nothing was changed");
            case CANCELLED ->
                reply.setCode(StatusCode.CANCELLED)
                        .setMessage("this write was asked about before it ran, and so will never run");
            case VALUE_TOO_LARGE ->
                reply.setCode(StatusCode.INVALID)
                        .setMessage("the value would grow over the cluster's limit; nothing was changed");
            case BATCH_TOO_LARGE ->
                reply.setCode(StatusCode.INVALID)
                        .setMessage("the batch would write more than 32 MiB of values, what its appends leave behind"
                                + " included; nothing was changed; send it in parts");
        };
    }

    /** The answer to the question what became of a write. */
    static KvResponse.Builder asked(long id, WriteOutcome outcome) {
        KvResponse.Builder ended = done(id, outcome);
        StatusCode code = ended.getCode();
        return ended.setAsked(code).setCode(code == StatusCode.CANCELLED ? StatusCode.CANCELLED : StatusCode.OK);
    }

    /** The code of a write that apply refused; where the group does not serve the shard, a hint must be added. */
    static StatusCode codeOf(WriteResult.Reason reason) {
        return switch (reason) {
            case WRONG_GROUP -> StatusCode.WRONG_GROUP;
            case SESSION_EXPIRED -> StatusCode.SESSION_EXPIRED;
            case TIME_NEEDED -> StatusCode.TIME_NEEDED;
            case NO_LONGER_KNOWN -> StatusCode.NO_LONGER_KNOWN;
            case OVERLOADED -> StatusCode.OVERLOADED;
            case INVALID -> StatusCode.INVALID;
        };
    }

    static Bytes bytes(ByteString bytes) {
        return Bytes.wrap(bytes.toByteArray());
    }
}

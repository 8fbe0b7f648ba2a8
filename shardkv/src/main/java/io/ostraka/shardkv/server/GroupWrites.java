package io.ostraka.shardkv.server;

import io.ostraka.proto.Id128;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.kv.KvRequest;
import io.ostraka.proto.kv.KvResponse;
import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.runtime.host.ProposalCallback;
import io.ostraka.raft.runtime.host.ProposalResult;
import io.ostraka.shardkv.command.ClientWrite;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.CommandCodec;
import io.ostraka.shardkv.command.StampedCommand;
import io.ostraka.shardkv.shard.KvResult;
import io.ostraka.shardkv.shard.WriteResult;
import java.util.ArrayList;
import java.util.List;

/**
 * The writes of one group: those that came in one frame become one log entry, or a few if they are large. What was
 * never proposed is refused; what was proposed and lost from sight is unknown, and nothing else is ever said of it.
 */
final class GroupWrites {

    private final ServedGroup group;
    private final NodeOptions options;

    GroupWrites(ServedGroup group, NodeOptions options) {
        this.group = group;
        this.options = options;
    }

    /** Proposes writes of shards that the group serves. */
    void propose(Id128 session, List<KvRequest> requests, Answers answers) {
        int from = 0;
        long bytes = 0;
        for (int i = 0; i < requests.size(); i++) {
            long size = requests.get(i).getSerializedSize();
            if (i > from && bytes + size > options.proposalBytesMax()) {
                proposeEntry(session, requests.subList(from, i), answers);
                from = i;
                bytes = 0;
            }
            bytes += size;
        }
        proposeEntry(session, requests.subList(from, requests.size()), answers);
    }

    private void proposeEntry(Id128 session, List<KvRequest> requests, Answers answers) {
        List<ClientWrite> writes = new ArrayList<>(requests.size());
        for (KvRequest request : requests) {
            writes.add(WriteWire.write(session, request));
        }
        Command command = new Command.WriteBatch(options.valueBytesMax(), writes);
        StampedCommand stamped = new StampedCommand(group.logTimeMillis(), command);
        group.raft().propose(CommandCodec.encode(stamped), Budget.CLIENT, new Waiter(requests, answers));
    }

    /** Waits for one entry, and answers for each write in it. */
    private final class Waiter implements ProposalCallback<KvResult> {

        private final List<KvRequest> requests;
        private final Answers answers;

        Waiter(List<KvRequest> requests, Answers answers) {
            this.requests = requests;
            this.answers = answers;
        }

        @Override
        public void completed(ProposalResult<KvResult> outcome) {
            List<KvResponse> replies = new ArrayList<>(requests.size());
            for (int i = 0; i < requests.size(); i++) {
                replies.add(reply(requests.get(i), i, outcome));
            }
            answers.answer(replies);
        }

        private KvResponse reply(KvRequest request, int place, ProposalResult<KvResult> outcome) {
            return switch (outcome) {
                // What a group that was given up has applied, others will never see.
                case ProposalResult.Applied<KvResult> _
                when group.isGivenUp() -> Replies.unknown(request.getId(), group.shardTimeMillis(request.getShard()));
                case ProposalResult.Applied<KvResult> applied -> applied(request, place, applied.result());
                case ProposalResult.Refused<KvResult>(var refusal) -> group.refused(request, refusal);
                case ProposalResult.Unknown<KvResult>() ->
                    Replies.unknown(request.getId(), group.shardTimeMillis(request.getShard()));
            };
        }
    }

    private KvResponse applied(KvRequest request, int place, KvResult result) {
        return switch (result) {
            case KvResult.Writes(List<WriteResult> results)
            when place < results.size() -> decided(request, results.get(place));
            case KvResult.Malformed(String reason) -> internal(request, "the log took it for no command: " + reason);
            case KvResult.Writes _ -> internal(request, "apply gave no answer for it");
            case KvResult.Heeded _ -> internal(request, "apply took it for another command");
            case KvResult.DigestBegun _ -> internal(request, "apply took it for another command");
            case KvResult.Ignored _ -> internal(request, "apply took it for another command");
        };
    }

    private KvResponse decided(KvRequest request, WriteResult result) {
        long time = group.shardTimeMillis(request.getShard());
        return switch (result) {
            case WriteResult.Done(var outcome) ->
                WriteWire.done(request.getId(), outcome)
                        .setShardTimeMillis(time)
                        .build();
            case WriteResult.Asked(var outcome) ->
                WriteWire.asked(request.getId(), outcome)
                        .setShardTimeMillis(time)
                        .build();
            case WriteResult.Refused refused -> {
                StatusCode code = WriteWire.codeOf(refused.reason());
                yield code == StatusCode.WRONG_GROUP
                        ? group.notServing(request)
                        : Replies.reply(request.getId(), code, refused.message())
                                .setShardTimeMillis(time)
                                .build();
            }
        };
    }

    private static KvResponse internal(KvRequest request, String what) {
        return Replies.reply(request.getId(), StatusCode.INTERNAL, what).build();
    }
}

package io.ostraka.shardctrler.server;

import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.controller.ChangeReply;
import io.ostraka.proto.controller.NodeReply;
import io.ostraka.proto.controller.PlannedMove;
import io.ostraka.shardctrler.command.ControllerResult;
import io.ostraka.shardctrler.command.ShardMove;

/** Results as the messages that answer changes, registrations and reports. */
final class ChangeReplies {

    private ChangeReplies() {}

    static ChangeReply of(Answers.Refused refused, String leaderAddress) {
        return ChangeReply.newBuilder()
                .setCode(refused.code())
                .setMessage(refused.message())
                .setLeaderHint(leaderAddress)
                .build();
    }

    static ChangeReply of(ControllerResult result, ShardSizes sizes) {
        ChangeReply.Builder reply = ChangeReply.newBuilder();
        switch (result) {
            case ControllerResult.Done done -> {
                reply.setCode(StatusCode.OK)
                        .setChanged(true)
                        .setMessage(done.message())
                        .setNum(done.num())
                        .setRevision(done.revision());
                done.moves().forEach(move -> reply.addMoves(toWire(move, sizes)));
            }
            case ControllerResult.Unchanged unchanged ->
                reply.setCode(StatusCode.OK)
                        .setMessage(unchanged.why())
                        .setNum(unchanged.num())
                        .setRevision(unchanged.revision());
            case ControllerResult.Refused refused ->
                reply.setCode(Answers.codeOf(refused.reason())).setMessage(refused.message());
        }
        return reply.build();
    }

    private static PlannedMove toWire(ShardMove move, ShardSizes sizes) {
        PlannedMove.Builder planned = PlannedMove.newBuilder().setShard(move.shard());
        if (move.from() != null) {
            planned.setFrom(ConfigWire.toWire(move.from()));
        }
        if (move.to() != null) {
            planned.setTo(ConfigWire.toWire(move.to()));
        }
        ShardSizes.Size size = sizes.of(move);
        if (size != null) {
            planned.setBytes(size.bytes()).setKeys(size.keys());
        }
        return planned.build();
    }

    static NodeReply.Builder of(Requests.Outcome outcome, String leaderAddress) {
        return switch (outcome) {
            case Requests.Outcome.Failed failed ->
                NodeReply.newBuilder()
                        .setCode(failed.refused().code())
                        .setMessage(failed.refused().message())
                        .setLeaderHint(leaderAddress);
            case Requests.Outcome.Result result -> of(result.result());
        };
    }

    private static NodeReply.Builder of(ControllerResult result) {
        return switch (result) {
            case ControllerResult.Refused refused ->
                NodeReply.newBuilder().setCode(Answers.codeOf(refused.reason())).setMessage(refused.message());
            case ControllerResult.Done done ->
                NodeReply.newBuilder().setCode(StatusCode.OK).setMessage(done.message());
            case ControllerResult.Unchanged unchanged ->
                NodeReply.newBuilder().setCode(StatusCode.OK).setMessage(unchanged.why());
        };
    }
}

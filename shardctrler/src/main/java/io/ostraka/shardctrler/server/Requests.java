package io.ostraka.shardctrler.server;

import io.ostraka.proto.StatusCode;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.input.Budget;
import io.ostraka.raft.runtime.host.ProposalResult;
import io.ostraka.raft.runtime.host.ReadResult;
import io.ostraka.shardctrler.codec.CommandCodec;
import io.ostraka.shardctrler.command.ControllerCommand;
import io.ostraka.shardctrler.command.ControllerResult;
import io.ostraka.shardctrler.machine.ControllerStateMachine.Published;
import io.ostraka.shardctrler.state.ControllerState;
import io.ostraka.shardctrler.state.Transition;
import io.ostraka.shardctrler.state.Transitions;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Requests on their way through the replica. Each is first tried on the state as it is now, read linearizably: what is
 * refused or changes nothing is answered from that, and only what changes something becomes an entry of the log. So
 * neither polling nor bad requests make the log grow.
 */
final class Requests {

    private final Executor executor;

    /** @param executor where requests are tried; the host's threads must not */
    Requests(Executor executor) {
        this.executor = executor;
    }

    /** How a request ended. */
    sealed interface Outcome {

        /**
         * With a result of the state machine.
         *
         * @param result the result
         */
        record Result(ControllerResult result) implements Outcome {}

        /**
         * Without one.
         *
         * @param refused code and message
         */
        record Failed(Answers.Refused refused) implements Outcome {}
    }

    /**
     * Carries out a command.
     *
     * @param request makes the command of the state that it is tried on
     */
    void carryOut(Replica replica, Function<ControllerState, ControllerCommand> request, Consumer<Outcome> done) {
        read(
                replica,
                now -> carryOut(replica, now.state(), request.apply(now.state()), done),
                refused -> done.accept(new Outcome.Failed(refused)));
    }

    private void carryOut(Replica replica, ControllerState state, ControllerCommand command, Consumer<Outcome> done) {
        Transition tried = Transitions.apply(state, command);
        if (!tried.changes(state)) {
            done.accept(new Outcome.Result(tried.result()));
            return;
        }
        Bytes bytes = CommandCodec.encode(command);
        if (bytes.size() > CommandCodec.BYTES_MAX) {
            done.accept(new Outcome.Failed(new Answers.Refused(
                    StatusCode.INVALID,
                    "the request has " + bytes.size() + " bytes, at most " + CommandCodec.BYTES_MAX
                            + "; split it into several")));
            return;
        }
        propose(replica, bytes, done);
    }

    /** Reads the state linearizably. */
    void read(Replica replica, Consumer<Published> reader, Consumer<Answers.Refused> refused) {
        replica.group()
                .read(outcome -> executor.execute(() -> {
                    switch (outcome) {
                        case ReadResult.Ready ready -> reader.accept(replica.published());
                        case ReadResult.Refused no -> refused.accept(Answers.of(no.refusal(), replica.leaderAddress()));
                    }
                }));
    }

    private void propose(Replica replica, Bytes command, Consumer<Outcome> done) {
        replica.group()
                .propose(
                        command,
                        Budget.CLIENT,
                        outcome -> executor.execute(() -> {
                            switch (outcome) {
                                case ProposalResult.Applied<ControllerResult> applied ->
                                    done.accept(new Outcome.Result(applied.result()));
                                case ProposalResult.Refused<ControllerResult> no ->
                                    done.accept(new Outcome.Failed(Answers.of(no.refusal(), replica.leaderAddress())));
                                case ProposalResult.Unknown<ControllerResult> unknown ->
                                    done.accept(new Outcome.Failed(
                                            new Answers.Refused(StatusCode.UNKNOWN_OUTCOME, Answers.UNKNOWN)));
                            }
                        }));
    }
}

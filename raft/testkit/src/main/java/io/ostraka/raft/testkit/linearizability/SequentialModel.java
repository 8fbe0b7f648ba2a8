package io.ostraka.raft.testkit.linearizability;

import io.ostraka.raft.testkit.history.Call;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an object does when it is asked for one thing at a time. A history is linearizable if some order of its calls,
 * which keeps the order of calls that did not overlap, is one that the model allows.
 *
 * <p>{@link #initial} and {@link #step} say everything; two methods put it into words; the others may only make the
 * search shorter, and their defaults are always right.
 *
 * @param <S> a state: immutable, with {@code equals} and {@code hashCode} by value
 * @param <O> an operation; with {@code equals} by value
 * @param <R> a result
 */
public interface SequentialModel<S, O, R> {

    /** The state before anything was done. */
    S initial();

    /**
     * Does one operation.
     *
     * @param result what the client was told; null if it was told nothing, so that every result is as good
     * @return the state afterwards; null if the operation cannot have this result in this state
     */
    @Nullable
    S step(S state, O operation, @Nullable R result);

    /** Says what is so in a state, for people. */
    String describe(S state);

    /** Says why an operation cannot have this result in a state, for people: what follows on "needs". */
    String needs(S state, O operation, R result);

    /**
     * The parts of the state that an operation touches. Calls whose parts are not connected, directly or through other
     * calls, are judged apart.
     */
    default Set<String> partsOf(O operation) {
        return Set.of("");
    }

    /** The same model, told in advance the only calls that it will be asked about. */
    default SequentialModel<S, O, R> of(List<Call<O, R>> calls) {
        return this;
    }

    /** Whether an operation with this result never changes any state; it may still rule some of them out. */
    default boolean isReading(O operation, R result) {
        return false;
    }

    /**
     * Whether an operation cannot have this result in {@code state}, nor in any state that can follow on it, whatever
     * else is done.
     */
    default boolean isTooLate(S state, O operation, R result) {
        return false;
    }

    /**
     * What an operation does if nothing is told of its result: two whose essence is equal do the same to every state.
     */
    default Object essence(O operation) {
        return operation;
    }
}

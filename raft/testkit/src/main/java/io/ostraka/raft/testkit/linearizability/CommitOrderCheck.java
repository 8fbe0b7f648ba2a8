package io.ostraka.raft.testkit.linearizability;

import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/*
 * How it works.
 *
 * Where the order is known in which everything took effect, as it is to who can look into a log, nothing must be
 * searched for: the order is a linearization, or it is not. Place p is the moment after the first p commits.
 *
 *   1. The order is one: indexes grow, each commit does what one call asked for, none does it again, and none does what
 *      was said not to have been applied.
 *   2. It respects time: no commit stands behind one whose call came after its return.
 *   3. Replayed in the order, each commit has the result that its client was told.
 *   4. What was answered and is not in the order must be a reading, and its answer must be right at some place that
 *      time allows it: not before the commits and readings that had returned when it was called, not behind commits
 *      that were called after it had returned. Readings get the first such place, in the order of their returns; no
 *      choice leaves more to those that follow.
 *
 * It shares the model with the search, and nothing else.
 */
/**
 * Checks a history against the known order in which its operations took effect: the second opinion on a run whose log
 * can be seen. It takes time proportional to the history, and is stricter than {@link LinearizabilityChecker}: the
 * order is one over all keys. Immutable and thread-safe.
 */
public final class CommitOrderCheck<S, O, R> {

    private final SequentialModel<S, O, R> model;

    /** A check against this model. */
    public CommitOrderCheck(SequentialModel<S, O, R> model) {
        this.model = model;
    }

    /**
     * Checks the calls of one log, in any order, against its commits, in theirs.
     *
     * @return what is wrong, a sentence each; empty if nothing is
     */
    public List<String> check(List<Call<O, R>> history, List<Commit<O>> commits) {
        return new Run(history, commits).wrong();
    }

    /** The states of a partition: from which place on each holds. */
    private record States<S>(NavigableMap<Integer, S> fromPlace) {

        S at(int place) {
            return fromPlace.floorEntry(place).getValue();
        }
    }

    /** One check. */
    private final class Run {
        private final List<Call<O, R>> history;
        private final List<Commit<O>> commits;
        private final Map<Integer, Call<O, R>> calls = new HashMap<>();
        /** For each call that was committed, how many commits there are up to it. */
        private final Map<Integer, Integer> places = new HashMap<>();

        private final Map<String, States<S>> states = new HashMap<>();
        private final List<String> wrong = new ArrayList<>();

        Run(List<Call<O, R>> history, List<Commit<O>> commits) {
            this.history = history;
            this.commits = commits;
            history.forEach(call -> calls.put(call.id(), call));
        }

        List<String> wrong() {
            checkCommits();
            // Without an order there is nothing that the rest could be held against.
            if (wrong.isEmpty()) {
                checkTime();
                replay();
                checkUncommitted();
            }
            return wrong;
        }

        private void checkCommits() {
            long lastIndex = Long.MIN_VALUE;
            for (Commit<O> commit : commits) {
                Call<O, R> call = calls.get(commit.callId());
                if (commit.index() <= lastIndex) {
                    wrong.add(commit + " does not follow on index " + lastIndex);
                }
                lastIndex = commit.index();
                if (call == null) {
                    wrong.add(commit + " does what nobody asked for");
                } else if (!call.operation().equals(commit.operation())) {
                    wrong.add(commit + " does something else than " + call);
                } else if (call.outcome() instanceof Outcome.NotApplied<R>) {
                    wrong.add(commit + " does what was said not to be applied");
                } else if (places.putIfAbsent(call.id(), places.size() + 1) != null) {
                    wrong.add(commit + " does what was done before");
                }
            }
        }

        private void checkTime() {
            Call<O, R> latest = null;
            for (Commit<O> commit : commits) {
                Call<O, R> call = call(commit);
                if (latest != null
                        && call.outcome() instanceof Outcome.Returned<R>(R _, long atNanos)
                        && atNanos < latest.calledNanos()) {
                    wrong.add(commit + " stands behind " + latest + ", which was called after this had returned");
                }
                latest = latest == null || call.calledNanos() > latest.calledNanos() ? call : latest;
            }
        }

        private void replay() {
            for (Partitions.Partition<O, R> partition : Partitions.of(history, model::partsOf)) {
                NavigableMap<Integer, S> fromPlace = new TreeMap<>(Map.of(0, model.initial()));
                States<S> ofPartition = new States<>(fromPlace);
                partition.parts().forEach(part -> states.put(part, ofPartition));
            }
            for (Commit<O> commit : commits) {
                Call<O, R> call = call(commit);
                int place = places.getOrDefault(call.id(), 0);
                States<S> ofPartition = statesOf(call);
                S before = ofPartition.at(place - 1);
                R told = call.outcome() instanceof Outcome.Returned<R>(R result, long _) ? result : null;
                S after = model.step(before, call.operation(), told);
                if (after != null) {
                    ofPartition.fromPlace().put(place, after);
                } else if (told != null) {
                    wrong.add(commit + " was answered '" + told + "', but before it " + model.describe(before));
                }
                // One that cannot have an effect here failed its condition, which is what its client does not know.
            }
        }

        private void checkUncommitted() {
            NavigableMap<Long, Integer> lastPlaces = lastPlaces();
            Map<Integer, Integer> earliest = new HashMap<>();
            int returnedPlace = 0;
            for (Moment<O, R> moment : moments()) {
                Call<O, R> call = moment.call();
                if (!moment.isReturn()) {
                    earliest.put(call.id(), returnedPlace);
                } else if (places.containsKey(call.id())) {
                    returnedPlace = Math.max(returnedPlace, places.getOrDefault(call.id(), 0));
                } else {
                    Map.Entry<Long, Integer> later = lastPlaces.higherEntry(moment.nanos());
                    int last = later == null ? commits.size() : later.getValue();
                    returnedPlace = Math.max(returnedPlace, placeOf(call, earliest.getOrDefault(call.id(), 0), last));
                }
            }
        }

        /** The first place, of those from {@code first} to {@code last}, where an answer is right. */
        private int placeOf(Call<O, R> call, int first, int last) {
            R told = ((Outcome.Returned<R>) call.outcome()).result();
            if (!model.isReading(call.operation(), told)) {
                wrong.add(call + " was acknowledged and is not among the commits");
                return first;
            }
            NavigableMap<Integer, S> fromPlace = statesOf(call).fromPlace();
            for (Map.Entry<Integer, S> each : fromPlace
                    .subMap(fromPlace.floorKey(first), true, last, true)
                    .entrySet()) {
                if (model.step(each.getValue(), call.operation(), told) != null) {
                    return Math.max(first, each.getKey());
                }
            }
            wrong.add(
                    call + " of " + call.process() + " at " + call.calledNanos() + " is right nowhere between commits "
                            + indexOf(first) + " and " + indexOf(last) + ": there "
                            + model.describe(statesOf(call).at(first)) + " first, and at last "
                            + model.describe(statesOf(call).at(last)));
            return first;
        }

        /** For each time of a call, the last place that is before all commits of calls made then or later. */
        private NavigableMap<Long, Integer> lastPlaces() {
            NavigableMap<Long, Integer> last = new TreeMap<>();
            List<Commit<O>> byCall = new ArrayList<>(commits);
            byCall.sort(
                    Comparator.comparingLong((Commit<O> commit) -> call(commit).calledNanos())
                            .reversed());
            int place = commits.size();
            for (Commit<O> commit : byCall) {
                place = Math.min(place, places.getOrDefault(commit.callId(), 0) - 1);
                last.put(call(commit).calledNanos(), place);
            }
            return last;
        }

        private List<Moment<O, R>> moments() {
            return Moment.inOrder(history.stream()
                    .filter(call -> call.outcome() instanceof Outcome.Returned<R>)
                    .toList());
        }

        private Call<O, R> call(Commit<O> commit) {
            Call<O, R> call = calls.get(commit.callId());
            if (call == null) {
                throw new IllegalStateException(commit + " has been checked");
            }
            return call;
        }

        private States<S> statesOf(Call<O, R> call) {
            States<S> ofPartition =
                    states.get(model.partsOf(call.operation()).iterator().next());
            if (ofPartition == null) {
                throw new IllegalStateException(call + " is in no partition");
            }
            return ofPartition;
        }

        private long indexOf(int place) {
            return place == 0 ? 0 : commits.get(place - 1).index();
        }
    }
}

package io.ostraka.it.smallscope;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds to what was said whatever the groups would say to it. Saying something changes no group and takes nothing away,
 * so it is done at once: a state in which more was said can do all that one can in which less was. Not thread-safe.
 */
final class Hearing {

    private final FactSets facts;
    private final Voices voices;
    private final boolean copiesWhileServing;
    private final LongToInt heard = new LongToInt();
    private final Map<Integer, List<Integer>> own = new HashMap<>();
    private final LongToInt answered = new LongToInt();
    private final List<List<Integer>> answers = new ArrayList<>();

    /** @param copiesWhileServing whether sources also send what they have while they serve */
    Hearing(FactSets facts, Voices voices, boolean copiesWhileServing) {
        this.facts = facts;
        this.voices = voices;
        this.copiesWhileServing = copiesWhileServing;
    }

    /**
     * The set with everything that follows from it.
     *
     * @param state its places {@code from} to {@code to} hold the groups' states; negative: no group
     */
    int close(int set, int[] state, int from, int to) {
        int before;
        int after = set;
        do {
            before = after;
            for (int place = from; place < to; place++) {
                if (state[place] >= 0) {
                    after = hear(after, state[place], place - from);
                }
            }
        } while (after != before);
        return after;
    }

    /** Whether the group has nothing to say that is not said. */
    boolean isHeard(int set, int group, int place) {
        return hear(set, group, place) == set;
    }

    private int hear(int set, int group, int place) {
        long key = ((long) set << 32) | group;
        int known = heard.get(key);
        if (known == LongToInt.ABSENT) {
            List<Integer> said = new ArrayList<>(own.computeIfAbsent(group, g -> numbers(voices.own(g, place))));
            for (int fact : facts.of(set)) {
                said.addAll(answer(group, place, fact));
            }
            known = facts.with(set, said);
            heard.put(key, known);
        }
        return known;
    }

    private List<Integer> answer(int group, int place, int fact) {
        Fact heardFact = facts.fact(fact);
        return switch (heardFact) {
            case Fact.ToSource _, Fact.ToImporter _ -> {
                long key = ((long) group << 32) | fact;
                int known = answered.get(key);
                if (known == LongToInt.ABSENT) {
                    known = answers.size();
                    List<Fact> said = new ArrayList<>(voices.answer(group, place, heardFact));
                    if (copiesWhileServing) {
                        said.addAll(voices.copies(group, heardFact));
                    }
                    answers.add(numbers(said));
                    answered.put(key, known);
                }
                yield answers.get(known);
            }
            case Fact.Proposal _, Fact.Config _, Fact.ToController _, Fact.Begun _ -> List.of();
        };
    }

    private List<Integer> numbers(List<Fact> said) {
        return said.stream().map(facts::number).distinct().toList();
    }
}

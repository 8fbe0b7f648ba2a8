package io.ostraka.it.smallscope;

/**
 * What a search found, in words.
 *
 * @param states how many states
 * @param whole whether these are all there are
 * @param violation what is wrong; empty: nothing
 * @param steps how many steps led to it
 * @param told the story
 */
record Found(int states, boolean whole, String violation, int steps, String told) {

    static Found of(Explorer.Outcome outcome) {
        String violation = outcome.violation();
        return violation == null
                ? new Found(outcome.states(), outcome.whole(), "", 0, "")
                : new Found(outcome.states(), outcome.whole(), violation, outcome.steps(), outcome.told());
    }

    static Found of(String[] words) {
        return new Found(
                Integer.parseInt(words[0]),
                Boolean.parseBoolean(words[1]),
                words[2],
                Integer.parseInt(words[3]),
                words[4]);
    }

    String[] words() {
        return new String[] {
            String.valueOf(states), String.valueOf(whole), violation, String.valueOf(steps), told,
        };
    }
}

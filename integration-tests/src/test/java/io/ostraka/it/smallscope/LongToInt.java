package io.ostraka.it.smallscope;

import java.util.Arrays;

/** A map that only grows, from numbers of 64 bits to numbers of 32, none of them negative. Not thread-safe. */
final class LongToInt {

    /** There is no such key. */
    static final int ABSENT = -1;

    private long[] keys = new long[1 << 12];
    private int[] values = absent(1 << 12);
    private int size;

    int get(long key) {
        return values[slotOf(keys, values, key)];
    }

    void put(long key, int value) {
        if (2L * size >= keys.length) {
            grow();
        }
        int slot = slotOf(keys, values, key);
        size += values[slot] == ABSENT ? 1 : 0;
        keys[slot] = key;
        values[slot] = value;
    }

    private void grow() {
        long[] moreKeys = new long[keys.length * 2];
        int[] moreValues = absent(moreKeys.length);
        for (int i = 0; i < keys.length; i++) {
            if (values[i] != ABSENT) {
                int slot = slotOf(moreKeys, moreValues, keys[i]);
                moreKeys[slot] = keys[i];
                moreValues[slot] = values[i];
            }
        }
        keys = moreKeys;
        values = moreValues;
    }

    private static int slotOf(long[] keys, int[] values, long key) {
        long hash = (key ^ (key >>> 32)) * 0x9E3779B97F4A7C15L;
        hash = (hash ^ (hash >>> 29)) * 0xBF58476D1CE4E5B9L;
        int slot = (int) (hash >>> 32) & (keys.length - 1);
        while (values[slot] != ABSENT && keys[slot] != key) {
            slot = (slot + 1) & (keys.length - 1);
        }
        return slot;
    }

    private static int[] absent(int size) {
        int[] values = new int[size];
        Arrays.fill(values, ABSENT);
        return values;
    }
}

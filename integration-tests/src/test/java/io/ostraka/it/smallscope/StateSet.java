package io.ostraka.it.smallscope;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All states found, by number in the order in which they were found, each with the state and the step that it was found
 * by: {@code 4 * width + 16} bytes a state. Not thread-safe.
 */
final class StateSet {

    private static final int CHUNK_BITS = 14;
    private static final int CHUNK = 1 << CHUNK_BITS;
    private static final int EMPTY = -1;

    private final int width;
    private final int stride;
    private final List<int[]> chunks = new ArrayList<>();
    private int[] table;
    private int size;

    StateSet(int width) {
        this.width = width;
        this.stride = width + 2;
        this.table = emptyTable(1 << 16);
    }

    int size() {
        return size;
    }

    /** The number that the state gets, or -1 if it is there already. */
    int add(int[] state, int parent, int step) {
        if (2L * size >= table.length) {
            grow();
        }
        int slot = slotOf(state);
        if (table[slot] != EMPTY) {
            return EMPTY;
        }
        int number = size++;
        if (number >> CHUNK_BITS == chunks.size()) {
            chunks.add(new int[CHUNK * stride]);
        }
        int[] chunk = chunks.get(number >> CHUNK_BITS);
        int at = offset(number);
        System.arraycopy(state, 0, chunk, at, width);
        chunk[at + width] = parent;
        chunk[at + width + 1] = step;
        table[slot] = number;
        return number;
    }

    /** Copies a state out. */
    void get(int number, int[] into) {
        System.arraycopy(chunks.get(number >> CHUNK_BITS), offset(number), into, 0, width);
    }

    int parent(int number) {
        return chunks.get(number >> CHUNK_BITS)[offset(number) + width];
    }

    int step(int number) {
        return chunks.get(number >> CHUNK_BITS)[offset(number) + width + 1];
    }

    private int offset(int number) {
        return (number & (CHUNK - 1)) * stride;
    }

    private int slotOf(int[] state) {
        int mask = table.length - 1;
        int slot = hash(state, 0) & mask;
        while (table[slot] != EMPTY && !holds(table[slot], state)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private boolean holds(int number, int[] state) {
        int at = offset(number);
        return Arrays.equals(chunks.get(number >> CHUNK_BITS), at, at + width, state, 0, width);
    }

    private int hash(int[] numbers, int from) {
        long hash = 0x9E3779B97F4A7C15L;
        for (int i = from; i < from + width; i++) {
            hash = (hash ^ numbers[i]) * 0xBF58476D1CE4E5B9L;
            hash ^= hash >>> 29;
        }
        return (int) (hash >>> 24);
    }

    private void grow() {
        int[] larger = emptyTable(table.length * 2);
        int mask = larger.length - 1;
        for (int number = 0; number < size; number++) {
            int slot = hash(chunks.get(number >> CHUNK_BITS), offset(number)) & mask;
            while (larger[slot] != EMPTY) {
                slot = (slot + 1) & mask;
            }
            larger[slot] = number;
        }
        table = larger;
    }

    private static int[] emptyTable(int size) {
        int[] empty = new int[size];
        Arrays.fill(empty, EMPTY);
        return empty;
    }
}

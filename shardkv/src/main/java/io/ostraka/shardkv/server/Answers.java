package io.ostraka.shardkv.server;

import io.ostraka.proto.kv.KvResponse;
import java.util.List;

/** Where the answers to a client's requests go: each request's once, in any order, from any thread. Never blocks. */
@FunctionalInterface
interface Answers {

    /** Gives some of the answers. */
    void answer(List<KvResponse> responses);

    /** Gives one answer. */
    default void answer(KvResponse response) {
        answer(List.of(response));
    }
}

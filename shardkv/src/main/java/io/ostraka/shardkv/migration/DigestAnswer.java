package io.ostraka.shardkv.migration;

import io.ostraka.shardkv.command.Digest;

/** What a replica says when it is asked for its digest of one {@code TakeDigest} entry. */
public sealed interface DigestAnswer {

    /** It has read its store. */
    record Computed(Digest digest) implements DigestAnswer {}

    /** It has not applied the entry, or still reads. */
    record Pending() implements DigestAnswer {}

    /** Its state is known not to be trusted: it has no say. */
    record Quarantined() implements DigestAnswer {}

    /** It did not pin its store at that entry, or has dropped what it pinned, and will never know. */
    record Gone() implements DigestAnswer {}
}

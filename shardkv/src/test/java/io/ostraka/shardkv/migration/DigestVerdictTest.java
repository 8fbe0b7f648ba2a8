package io.ostraka.shardkv.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.core.ReplicaId;
import io.ostraka.raft.core.membership.Membership;
import io.ostraka.shardkv.command.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Who is in the wrong, where replicas differ. */
class DigestVerdictTest {

    private static final DigestVerdict AGREED = new DigestVerdict.Agreed();
    private static final DigestVerdict UNDECIDED = new DigestVerdict.Undecided();

    /** Replicas 1, 2, … of a group, each with its digest as a letter; a blank for none. */
    private static DigestVerdict verdict(String letters) {
        List<ReplicaId> voters = new ArrayList<>();
        for (int i = 1; i <= letters.length(); i++) {
            voters.add(new ReplicaId(i));
        }
        return verdict(Membership.of(voters), letters);
    }

    private static DigestVerdict verdict(Membership members, String letters) {
        TreeMap<ReplicaId, Digest> digests = new TreeMap<>();
        for (int i = 1; i <= letters.length(); i++) {
            char letter = letters.charAt(i - 1);
            if (letter != ' ') {
                digests.put(new ReplicaId(i), new Digest(letter, 0));
            }
        }
        return DigestVerdict.of(members, digests);
    }

    private static DigestVerdict wrong(long... replicas) {
        List<ReplicaId> wrong = new ArrayList<>();
        for (long replica : replicas) {
            wrong.add(new ReplicaId(replica));
        }
        return new DigestVerdict.Wrong(wrong);
    }

    @Test
    void thosesWhoAgreeAreRight() {
        assertThat(verdict("aaa")).isEqualTo(AGREED);
        assertThat(verdict("aaaaa")).isEqualTo(AGREED);
        assertThat(verdict("aa ")).isEqualTo(AGREED);
    }

    @Test
    void ofThreeTheOneThatDiffersIsWrong() {
        assertThat(verdict("aab")).isEqualTo(wrong(3));
        assertThat(verdict("baa")).isEqualTo(wrong(1));
    }

    @Test
    void ofFiveOneOrTwoThatDifferAreWrong() {
        assertThat(verdict("aabaa")).isEqualTo(wrong(3));
        assertThat(verdict("abaca")).isEqualTo(wrong(2, 4));
        assertThat(verdict("baaab")).isEqualTo(wrong(1, 5));
    }

    @Test
    void withoutAMajorityNobodyIs() {
        assertThat(verdict("abc")).isEqualTo(UNDECIDED);
        assertThat(verdict("aabbc")).isEqualTo(UNDECIDED);
        assertThat(verdict("ab")).isEqualTo(UNDECIDED);
        assertThat(verdict("aabb")).isEqualTo(UNDECIDED);
    }

    /** A majority of those who answered is none of the group: the rest may know better. */
    @Test
    void whoDoesNotAnswerCountsForNobody() {
        assertThat(verdict("ab ")).isEqualTo(UNDECIDED);
        assertThat(verdict("aab  ")).isEqualTo(UNDECIDED);
        assertThat(verdict("aab a")).isEqualTo(wrong(3));
        assertThat(verdict("a  ")).isEqualTo(AGREED);
        assertThat(verdict("   ")).isEqualTo(AGREED);
    }

    @Test
    void soleReplicaHasNobodyToDifferFrom() {
        assertThat(verdict("a")).isEqualTo(AGREED);
    }

    @Test
    void learnerIsJudgedButDoesNotJudge() {
        Membership members =
                new Membership(List.of(new ReplicaId(1), new ReplicaId(2)), List.of(new ReplicaId(3)), List.of());

        assertThat(verdict(members, "aab")).isEqualTo(wrong(3));
        assertThat(verdict(members, "baa")).isEqualTo(UNDECIDED);
    }
}

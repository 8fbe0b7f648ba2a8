package io.ostraka.cli;

/** How a command ended, as the shell sees it. */
final class ExitCode {

    static final int OK = 0;
    static final int FAILURE = 1;
    static final int USAGE = 2;
    static final int UNAVAILABLE = 3;
    static final int REJECTED = 4;
    static final int OUTCOME_UNKNOWN = 5;

    private ExitCode() {}
}

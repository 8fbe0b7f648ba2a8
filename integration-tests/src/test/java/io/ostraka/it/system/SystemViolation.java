package io.ostraka.it.system;

import org.jspecify.annotations.Nullable;

/** A run of the whole system did what no run may do. */
final class SystemViolation extends AssertionError {

    private static final long serialVersionUID = 1;

    SystemViolation(String what) {
        this(what, null);
    }

    SystemViolation(String what, @Nullable Throwable cause) {
        super(what, cause);
    }
}

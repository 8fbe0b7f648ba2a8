/** The command line: every command that talks to a running cluster. */
@NullMarked
package io.ostraka.cli;

import org.jspecify.annotations.NullMarked;

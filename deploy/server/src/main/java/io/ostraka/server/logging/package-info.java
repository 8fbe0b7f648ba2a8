/** Where the log of a program goes, and how much of it. */
@NullMarked
package io.ostraka.server.logging;

import org.jspecify.annotations.NullMarked;

/** A whole cluster in one process, to try things out and to develop against. */
@NullMarked
package io.ostraka.server.dev;

import org.jspecify.annotations.NullMarked;

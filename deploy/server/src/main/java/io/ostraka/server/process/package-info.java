/** One server process: what is opened in which order, what listens, and what is closed again. */
@NullMarked
package io.ostraka.server.process;

import org.jspecify.annotations.NullMarked;

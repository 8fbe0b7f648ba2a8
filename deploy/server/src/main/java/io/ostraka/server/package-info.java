/** The process: its main class, its configuration, and the wiring of controller and node. */
@NullMarked
package io.ostraka.server;

import org.jspecify.annotations.NullMarked;

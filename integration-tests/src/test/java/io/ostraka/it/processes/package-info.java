/** A cluster of real processes: kills, failover, changes under load. */
@NullMarked
package io.ostraka.it.processes;

import org.jspecify.annotations.NullMarked;

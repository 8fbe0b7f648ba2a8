/** The whole system in one thread and in virtual time: production's processes and clients on simulated machines. */
@NullMarked
package io.ostraka.it.system;

import org.jspecify.annotations.NullMarked;

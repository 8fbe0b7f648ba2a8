/** Simulations that join what several modules decide. */
@NullMarked
package io.ostraka.it.simulation;

import org.jspecify.annotations.NullMarked;

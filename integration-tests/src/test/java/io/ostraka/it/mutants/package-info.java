/** The simulation of the whole system is asked whether it would notice mistakes, which are planted on purpose. */
@NullMarked
package io.ostraka.it.mutants;

import org.jspecify.annotations.NullMarked;

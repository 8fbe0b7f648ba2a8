/** The classic scenarios of the controller and the store, in virtual time. */
@NullMarked
package io.ostraka.it.scenarios;

import org.jspecify.annotations.NullMarked;

/**
 * Exhaustive small scope: the real state machines and agents of the hand-over, searched state by state with everything
 * that was ever said kept possible for ever, and the same with rules taken out of their code.
 */
@NullMarked
package io.ostraka.it.smallscope;

import org.jspecify.annotations.NullMarked;

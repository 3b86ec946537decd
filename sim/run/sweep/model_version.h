/* The version of the numbers: raised by one whenever the same scenario, parameters, seed and number
 * of replications may give other results than before (a change of the engine, a model, a statistic
 * or a default), so that results of both are never mixed in one sweep.
 *
 * It is part of each point's key, beside the program's version and the schema of the results, and
 * matters between two releases; a release raises the program's version anyway. A change that leaves
 * all numbers the same (speed, texts, a new kind) does not touch it. */
#ifndef MODEL_VERSION_H
#define MODEL_VERSION_H

#define MODEL_VERSION 1

#endif

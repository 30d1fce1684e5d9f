/* SPDX-License-Identifier: Apache-2.0 */
/* The name a backend gives its copy of a table of functions: GOST_ADX or nothing is defined by the
 * build (curve.cmake). */
#ifndef GOST_CURVE_BACKEND_H
#define GOST_CURVE_BACKEND_H

#ifdef GOST_ADX
#define GOST_BACKEND(name) name##_adx
#else
#define GOST_BACKEND(name) name##_portable
#endif

#endif

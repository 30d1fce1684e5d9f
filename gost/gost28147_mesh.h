/* SPDX-License-Identifier: Apache-2.0 */
/* CryptoPro key meshing (RFC 4357, 2.3.2). Internal to gost/. */
#ifndef GOST_28147_MESH_H
#define GOST_28147_MESH_H

#include "gost/block.h"

#define GOST_28147_SECTION 1024 /* bytes under one key */

/* The block's key becomes the next one; iv is encrypted under it, unless it is NULL. */
void gost_28147_mesh(gost_block *block, uint8_t *iv);

#endif

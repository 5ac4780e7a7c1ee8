/* SPDX-License-Identifier: MIT */
/*
 * Instruction bytes are a guest's: any of them decode within bounds, and what
 * decodes can be executed. The first byte chooses the mode, the second the
 * instruction whose length is asked for, 16 times 8 are registers.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "svm/execute.h"

#define HEAD_SIZE (2 + sizeof(uint64_t) * (DECODE_REGISTER_COUNT + 1))

static void check(int is_true)
{
    if (!is_true)
        abort();
}

static int is_width(unsigned width)
{
    return width == 1 || width == 2 || width == 4 || width == 8;
}

static uint64_t read_device(void *context, unsigned width)
{
    const uint64_t *value = context;

    check(is_width(width));
    return *value;
}

static void write_device(void *context, unsigned width, uint64_t value)
{
    check(is_width(width));
    check(width == 8 || value >> (8 * width) == 0);
    *(uint64_t *)context = value;
}

static void check_decoded(const struct decode_instruction *instruction, size_t count)
{
    check(instruction->length >= 1 && instruction->length <= DECODE_MAX_LENGTH);
    check(instruction->length <= count);
    check(instruction->operation != DECODE_OP_NONE);
    check(instruction->access != DECODE_ACCESS_NONE);
    check(is_width(instruction->memory_width) && is_width(instruction->register_width));
    check(instruction->reg < DECODE_REGISTER_COUNT);
    check(instruction->address.scale <= 3 && instruction->address.segment <= DECODE_GS);
}

static void execute(const struct decode_instruction *instruction,
                    struct decode_registers *registers)
{
    uint64_t device = 0x0123456789abcdef;
    const struct execute_memory memory = {read_device, write_device, &device};

    decode_effective_address(instruction, registers, registers->gpr[DECODE_RSP]);
    decode_string_destination(instruction, registers);
    check(execute_instruction(instruction, registers, &memory) != EXECUTE_REFUSED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct decode_instruction nothing = {.length = 0};
    struct decode_instruction instruction;
    struct decode_registers registers;
    enum decode_mode mode;
    enum decode_status status;
    uint8_t *bytes;
    size_t count;
    unsigned length;

    if (size < HEAD_SIZE)
        return 0;
    mode = (enum decode_mode)(data[0] & 3u);
    memcpy(&registers, data + 2, sizeof(registers));
    count = size - HEAD_SIZE;
    bytes = malloc(count ? count : 1); /* exact, so that a read beyond is caught */
    if (!bytes)
        return 0;
    memcpy(bytes, data + HEAD_SIZE, count);

    status = decode_instruction(bytes, count, mode, &instruction);
    if (status == DECODE_OK) {
        check_decoded(&instruction, count);
        execute(&instruction, &registers);
    } else {
        nothing.length = status == DECODE_UNSUPPORTED ? instruction.length : 0;
        check(nothing.length <= count);
        check(memcmp(&instruction, &nothing, sizeof(nothing)) == 0);
    }
    length = decode_length_of(bytes, count, mode, (enum decode_expected)(data[1] & 0xfu));
    check(length <= count && length <= DECODE_MAX_LENGTH);
    free(bytes);
    return 0;
}

# SPDX-License-Identifier: MIT
"""Launch configurations for what is measured, as device tree sources."""

HEAD = '/dts-v1/;\n/ { chosen { hypervisor { compatible = "hypervisor,rootport";\n'
TAIL = "}; }; };\n"

NVME = 'function { compatible = "rootport,function"; pci-id = "1b36:0010"; ' \
       'extended-config = "%s"; };'
NETWORK = 'function { compatible = "rootport,function"; pci-id = "8086:10d3"; ' \
          'extended-config = "%s"; };'
EMPTY = ""

# What is to be had at once, and what waits for the seal.
AT_ONCE, AT_SEAL = "required", "final"

# A hypercall seals long before.
LONG_AFTER_MS = 3600000


def port(number, function):
    # A node's name is a name of its domain's: it can't be a number.
    return (f'port-{number} {{ compatible = "rootport,port"; port = <{number}>; '
            f'memory-window = /bits/ 64 <2048>; {function} }};\n')


def domain(name, bootargs, *, mebibytes=1024, cpus=1, is_control=False, has_ports=False,
           functions=(), has_initrd=True):
    """One domain; @functions stand behind its ports 1, 2, ..."""
    words = [f'{name} {{ compatible = "xen,domain"; memory = /bits/ 64 <{mebibytes << 10}>; '
             f'cpus = <{cpus}>;']
    if is_control:
        words.append('capabilities = "control";')
    if has_ports:
        words.append("configuration-ports;")
    words.append('kernel { compatible = "module,kernel", "multiboot,module"; mb-index = <1>; '
                 f'bootargs = "{bootargs}"; }};')
    if has_initrd:
        words.append('ramdisk { compatible = "module,ramdisk", "multiboot,module"; '
                     'mb-index = <2>; };')
    words += [port(number, function) for number, function in enumerate(functions, 1)]
    return "\n".join([*words, "};\n"])


def system(*domains, seal_ms=None):
    config = ""
    if seal_ms is not None:
        config = f'config {{ compatible = "rootport,config"; seal = <{seal_ms}>; }};\n'
    return HEAD + config + "".join(domains) + TAIL


def demo(bootargs):
    """The demonstration of four domains; @bootargs by domain."""
    changes = "".join(f'{name} {{ kernel {{ bootargs = "{words}"; }}; }};\n'
                      for name, words in bootargs.items())
    return ('/include/ "configs/demo.dts"\n'
            f"/ {{ chosen {{ hypervisor {{ {changes} }}; }}; }};\n")

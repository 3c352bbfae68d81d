# Debian's rustc-web and its library sources build core and alloc for targets that the stable toolchain lacks.
# Sourced by bare-metal and size.
BARE_METAL_TARGET=thumbv7em-none-eabihf

bare_metal_toolchain() {
  local missing=()
  dpkg -s rustc-web rust-web-src >/dev/null 2>&1 || missing+=(rustc-web rust-web-src)
  command -v ld.lld-22 >/dev/null || missing+=(lld-22)
  command -v llvm-size-22 >/dev/null || missing+=(llvm-22)
  if [ ${#missing[@]} -gt 0 ]; then
    local sudo=""; [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq "${missing[@]}" >/dev/null
  fi
}

bare_metal_cargo() {
  env -u RUSTFLAGS RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 /usr/bin/cargo "$@" \
    -Zbuild-std=core,alloc --target "$BARE_METAL_TARGET"
}

fn main() {
    println!("cargo::rerun-if-changed=versions\ncargo::rerun-if-changed=mina.toml");
}

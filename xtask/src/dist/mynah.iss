; Mynah's installer for Windows: Inno Setup 6.3 or later. `cargo xtask dist` runs it and says what
; Version and Files are: the folder with what the archive has.

[Setup]
AppId={{8E440156-8C84-4909-9921-D05D812587B2}
AppName=Mynah
AppVersion={#Version}
AppPublisher=The Mynah authors
DefaultDirName={autopf}\Mynah
DisableProgramGroupPage=yes
LicenseFile={#Files}\LICENSE.txt
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
Compression=lzma2
SolidCompression=yes

[Types]
Name: "full"; Description: "Plugins and programs"
Name: "custom"; Description: "A choice of them"; Flags: iscustom

[Components]
Name: "clap"; Description: "CLAP plugin"; Types: full
Name: "vst3"; Description: "VST3 plugin"; Types: full
Name: "programs"; Description: "Application and command line"; Types: full

[Files]
Source: "{#Files}\Mynah.clap"; DestDir: "{commoncf64}\CLAP"; Flags: ignoreversion; Components: clap
Source: "{#Files}\Mynah.vst3\*"; DestDir: "{commoncf64}\VST3\Mynah.vst3"; Flags: ignoreversion recursesubdirs; Components: vst3
Source: "{#Files}\mynah-standalone.exe"; DestDir: "{app}"; Flags: ignoreversion; Components: programs
Source: "{#Files}\mynah.exe"; DestDir: "{app}"; Flags: ignoreversion; Components: programs
Source: "{#Files}\README.txt"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Files}\LICENSE.txt"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Files}\credits\*"; DestDir: "{app}\credits"; Flags: ignoreversion recursesubdirs

[Icons]
Name: "{autoprograms}\Mynah"; Filename: "{app}\mynah-standalone.exe"; Components: programs

-- One database a party: nobody reads another one's.
CREATE DATABASE platform;
CREATE DATABASE henan;
CREATE DATABASE guangdong;

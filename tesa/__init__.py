"""TeSA, Telepon Sahabat Perempuan dan Anak: the 24-hour hotline of Kota Bekasi for women and children."""
